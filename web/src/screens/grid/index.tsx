// One class, many items at a time: which of these are of it? Every item becomes an answer of its own.

import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '../../api/client'
import { uuid } from '../../core/clock'
import type { Question } from '../../core/shapes'
import { t } from '../../i18n'
import { Button, Empty, Failed, Key, Page, span, toast, toastError, Waiting } from '../../ui'
import { valueOf } from '../../widgets/grid/marks'
import { useProject, useTask } from '../data'
import { appKeys, goKeys, gridKeys, keysOf } from '../keys'
import { useAttention } from '../label/attention'
import { FetchedMedia } from '../label/media'
import { WidgetHost } from '../label/widget-host'
import { Link } from '../router'
import { paths } from '../routes'
import { useKeys, useSession } from '../session'
import { asOne, type Sheet } from './sheet'
import './grid.css'

const RESERVED = [...keysOf(gridKeys), ...keysOf(appKeys), ...keysOf(goKeys)]
const MANY = 48
const FEW = 24
const NARROW = 640

export default function Grid({ project }: { project: string }) {
  const { can } = useSession()
  const client = useQueryClient()
  const found = useProject(project)
  const [task] = useTask(found.data)
  const [sheet, setSheet] = useState<Sheet | null>(null)
  const [done, setDone] = useState<Sheet | null>(null)
  const [state, setState] = useState<'asking' | 'empty' | 'sending' | 'ready'>('asking')
  const [error, setError] = useState<unknown>(null)
  const rest = useRef<Question[]>([])
  const held = useRef<Set<string>>(new Set())
  const watch = useAttention(sheet?.question.id ?? '', 0)
  const media = useMemo(() => new FetchedMedia(), [])

  const next = useCallback(async () => {
    setState('asking')
    setError(null)
    try {
      const size = window.innerWidth < NARROW ? FEW : MANY
      if (rest.current.length === 0) rest.current = await api.claim(project, 'grid', size, task?.name ?? null)
      for (const one of rest.current) held.current.add(one.id)
      const label = rest.current[0]?.labels[0]
      const mine = rest.current.filter((one) => one.labels[0] === label)
      rest.current = rest.current.filter((one) => one.labels[0] !== label)
      setSheet(mine.length > 0 ? asOne(mine, uuid) : null)
      setState(mine.length > 0 ? 'ready' : 'empty')
    } catch (problem) {
      setError(problem)
      setState('empty')
    }
  }, [project, task?.name])

  const ready = found.data !== undefined
  useEffect(() => {
    if (ready) void next()
  }, [ready, next])
  // What is not answered goes back to others when the screen or the page is left.
  useEffect(() => {
    const release = () => {
      if (held.current.size > 0) void api.release([...held.current])
      held.current.clear()
    }
    window.addEventListener('pagehide', release)
    return () => {
      window.removeEventListener('pagehide', release)
      release()
    }
  }, [])

  const send = async (now: Sheet) => {
    setState('sending')
    try {
      const reply = await api.answerGrid(now.answers(), watch.read())
      for (const one of now.questions) held.current.delete(one.id)
      toast(t('grid.sent', { n: now.questions.length, each: span(reply.seconds) }))
      setDone(now)
      await client.invalidateQueries({ queryKey: ['cascades'] })
      await next()
    } catch (problem) {
      toastError(problem)
      setState('ready')
    }
  }
  const undo = () => {
    if (!done || state === 'sending') return
    if (sheet) rest.current = [...sheet.questions, ...rest.current]
    setSheet(done.again(uuid))
    setDone(null)
    setState('ready')
  }
  useKeys(gridKeys, undo)

  const back = <Link to={paths.classes(project)}>{t('grid.back')}</Link>
  if (!can('answer_label')) return null
  return (
    <Page
      wide
      title={sheet ? t('grid.which', { label: sheet.label }) : t('grid.title')}
      aside={
        <>
          <Button variant="default" size="xs" disabled={!done} onClick={undo} rightSection={<Key k="z" />} aria-keyshortcuts="z">
            {t('grid.undo')}
          </Button>
          {back}
        </>
      }
    >
      {error ? <Failed error={error} retry={() => void next()} /> : null}
      {state === 'asking' ? <Waiting /> : null}
      {state === 'empty' && !error ? (
        <Empty title={t('grid.none')}>
          <p>{t('grid.noneText')}</p>
          <Button variant="default" onClick={() => void next()}>
            {t('grid.look')}
          </Button>
        </Empty>
      ) : null}
      {sheet && state !== 'asking' && state !== 'empty' ? (
        <div aria-busy={state === 'sending'}>
          {sheet.corrects ? <p className="grid-correcting">{t('grid.correcting')}</p> : null}
          <WidgetHost
            key={sheet.question.id}
            question={sheet.question}
            initial={sheet.value}
            readonly={state === 'sending'}
            media={media}
            reserved={RESERVED}
            onEmit={(value, commit) => {
              sheet.value = valueOf(value)
              if (commit) void send(sheet)
            }}
          />
          <p className="dim small">{t('grid.help')}</p>
        </div>
      ) : null}
    </Page>
  )
}
