// The queue of this person, project, task and tab, for as long as the screen is there.

import { useEffect, useState } from 'react'
import { api, serverNow } from '../../api/client'
import { uuid } from '../../core/clock'
import { closesQuestion, mayBringQuestions } from '../../core/live'
import { Queue } from '../../core/queue'
import type { Question } from '../../core/shapes'
import { t } from '../../i18n'
import { loadWidget } from '../../widgets/registry'
import { useSession } from '../session'
import { FetchedMedia } from './media'

const TEND_MS = 10_000
const PRESENT_MS = 120_000
const TAB = 'handloom.tab'

/** Survives a reload, not a second tab: two tabs of one person hold different questions. */
function tabName(): string {
  const known = sessionStorage.getItem(TAB)
  if (known) return known
  const made = uuid().slice(0, 8)
  sessionStorage.setItem(TAB, made)
  return made
}

export interface Desk {
  queue: Queue
  media: FetchedMedia
}

export function useQueue(project: string, task: string | null, ready: boolean, lane = 'label'): Desk | null {
  const { me, keep, outbox, onEvent } = useSession()
  const [desk, setDesk] = useState<Desk | null>(null)

  useEffect(() => {
    if (!ready) return
    const media = new FetchedMedia()
    const prepare = async (question: Question) => {
      const widget = await loadWidget(question.widget)
      await Promise.all(widget.media(question).map((digest) => media.fetch(digest)))
    }
    const queue = new Queue({
      keep,
      name: [me.id, project, task ?? '*', tabName(), ...(lane === 'label' ? [] : [lane])].map(encodeURIComponent).join('/'),
      outbox,
      clock: { now: serverNow },
      newId: uuid,
      claim: (n) => api.claim(project, lane, n, task),
      release: api.release,
      renew: api.claimOne,
      prepare,
    })
    let ended = false
    void queue.open()
    setDesk({ queue, media })

    let lastSign = Date.now()
    const sign = () => {
      lastSign = Date.now()
    }
    const wake = () => void queue.refill()
    const timer = setInterval(() => {
      if (Date.now() - lastSign < PRESENT_MS && !document.hidden) void queue.tend()
      if (queue.state.get().current === null) wake()
    }, TEND_MS)
    const quiet = onEvent((event) => {
      if (ended) return
      if (event && closesQuestion(event.kind) && event.subject) {
        queue.drop([event.subject], { code: event.kind, message: t('label.closed') })
      }
      if (queue.state.get().current === null && (event === null || mayBringQuestions(event.kind))) wake()
    })
    window.addEventListener('online', wake)
    document.addEventListener('keydown', sign)
    document.addEventListener('pointermove', sign)
    return () => {
      ended = true
      clearInterval(timer)
      quiet()
      window.removeEventListener('online', wake)
      document.removeEventListener('keydown', sign)
      document.removeEventListener('pointermove', sign)
      void queue.leave()
      setDesk(null)
    }
  }, [project, task, ready, lane, me.id, keep, outbox, onEvent])

  return desk
}
