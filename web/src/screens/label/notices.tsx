// What the person has to know while labelling: no connection, answers refused, a question taken away.

import { useEffect, useState } from 'react'
import type { OutboxState } from '../../core/outbox'
import type { Queue, QueueState } from '../../core/queue'
import { t } from '../../i18n'
import { Button } from '../../ui'
import { useSession } from '../session'

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine)
  useEffect(() => {
    const turn = () => setOnline(navigator.onLine)
    window.addEventListener('online', turn)
    window.addEventListener('offline', turn)
    return () => {
      window.removeEventListener('online', turn)
      window.removeEventListener('offline', turn)
    }
  }, [])
  return online
}

interface NoticesProps {
  queue: Queue
  state: QueueState
  box: OutboxState
}

export function Notices({ state, box }: NoticesProps) {
  const { outbox } = useSession()
  const online = useOnline()
  const unreachable = !online || box.waiting?.code === 'network' || state.problem?.code === 'network'

  // Answers are safe in this browser, but a closed browser sends nothing.
  useEffect(() => {
    if (box.unsent === 0) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [box.unsent])

  const save = () => {
    const lines = outbox.unsent().map((answer) => JSON.stringify(answer))
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'application/x-ndjson' }))
    link.download = 'handloom-unsent-answers.jsonl'
    link.click()
    URL.revokeObjectURL(link.href)
  }

  return (
    <div className="desk-notices" role="status">
      {unreachable ? (
        <div className="notice notice-offline">
          <span className="grow">{t(state.current ? 'label.offline' : 'label.offlineNone')}</span>
          {box.unsent > 0 ? (
            <Button size="compact-sm" variant="default" onClick={save}>
              {t('label.saveFile')}
            </Button>
          ) : null}
        </div>
      ) : box.waiting ? (
        <div className="notice notice-bad">{box.waiting.message}</div>
      ) : null}
      {state.lost ? <div className="notice">{t('label.lost', { message: state.lost.problem.message })}</div> : null}
      {box.refused.length > 0 ? (
        <div className="notice notice-bad">
          <div className="grow">
            <strong>{t('label.refused', { n: box.refused.length })}</strong>
            <ul>
              {box.refused.slice(-5).map(({ answer, problem }) => (
                <li key={answer.id}>{t('label.refusedOne', { question: answer.question, message: problem.message })}</li>
              ))}
            </ul>
          </div>
          <Button size="compact-sm" variant="default" onClick={() => void outbox.dismissRefused()}>
            {t('app.close')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
