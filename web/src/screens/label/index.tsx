// One question at a time.

import { type ReactNode, useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { Project } from '../../api/types'
import type { Held, QueueState } from '../../core/queue'
import type { Outcome } from '../../core/shapes'
import { t } from '../../i18n'
import { Chip, Failed, SegmentedControl, Waiting } from '../../ui'
import { besides, useOverview, useProject } from '../data'
import { appKeys, goKeys, keysOf, labelKeys } from '../keys'
import { useQueryState } from '../router'
import { useKeys, useSession } from '../session'
import { Actions } from './actions'
import { useAttention } from './attention'
import { EmptyDesk } from './empty'
import { Guidelines, useGuidelinesPanel } from './guidelines'
import { Notices } from './notices'
import { Progress, useToday } from './progress'
import { Sides } from './sides'
import { Trail } from './trail'
import { type Desk, useQueue } from './use-queue'
import { WidgetHost } from './widget-host'
import './label.css'

const RESERVED = [...keysOf(labelKeys), ...keysOf(appKeys), ...keysOf(goKeys), '/', 'Enter', ' ']

interface LabelProps {
  project: string
  /** `expert`: conflicts that an expert settles, on the same desk. */
  lane?: 'label' | 'expert'
  /** Beside the title. */
  aside?: ReactNode
}

export default function Label({ project: name, lane = 'label', aside }: LabelProps) {
  const project = useProject(name)
  const [query, change] = useQueryState()
  const tasks = project.data?.tasks.filter((task) => task.shape !== 'decision') ?? []
  const wanted = tasks.find((task) => task.name === query.get('task'))?.name ?? null
  const task = wanted ?? (tasks.length === 1 ? (tasks[0]?.name ?? null) : null)
  const desk = useQueue(name, task, project.data !== undefined, lane)
  if (project.error) return <div className="page"><Failed error={project.error} retry={() => void project.refetch()} /></div>
  if (!project.data || !desk) return <Waiting />
  const switcher =
    tasks.length > 1 ? (
      <SegmentedControl
        size="xs"
        aria-label={t('label.task')}
        value={task ?? ''}
        data={[{ value: '', label: t('label.allTasks') }, ...tasks.map((one) => ({ value: one.name, label: one.name }))]}
        onChange={(value) => change({ task: value })}
      />
    ) : null
  return <LabelDesk project={project.data} task={task} desk={desk} switcher={<>{aside}{switcher}</>} lane={lane} />
}

interface DeskProps {
  project: Project
  task: string | null
  desk: Desk
  switcher: ReactNode
  lane: 'label' | 'expert'
}

function LabelDesk({ project, task, desk, switcher, lane }: DeskProps) {
  const { queue } = desk
  const { outbox } = useSession()
  const state = useSyncExternalStore(queue.state.subscribe, queue.state.get)
  const box = useSyncExternalStore(outbox.state.subscribe, outbox.state.get)
  const asked = state.current?.question.task ?? task
  const taskInfo = project.tasks.find((one) => one.name === asked || one.id === asked) ?? project.tasks[0] ?? null
  const overview = useOverview(project.name, besides(project, taskInfo))
  const panel = useGuidelinesPanel()
  const [serial, setSerial] = useState(0)
  const today = useToday(overview.data?.me.answers_today)

  const undo = useCallback(() => {
    if (queue.undo()) setSerial((n) => n + 1)
  }, [queue])

  const open = overview.data?.lanes[lane]?.open ?? null
  return (
    <div className="desk" data-panel={panel.shown}>
      <header className="desk-head">
        <h1>{t(lane === 'expert' ? 'review.settle' : asked ? 'label.title' : 'label.titlePlain', { task: taskInfo?.name ?? asked ?? '' })}</h1>
        {switcher}
        <Progress today={today.count} pace={overview.data?.me.median_seconds ?? null} open={open} unsent={box.unsent} />
      </header>
      <Notices queue={queue} state={state} box={box} />
      {state.current ? (
        <Asking desk={desk} current={state.current} serial={serial} onUndo={undo} done={state.done} panel={panel} onAnswered={today.add} />
      ) : (
        <EmptyDesk project={project} task={lane === 'label' ? taskInfo : null} state={state} today={today.count} retry={() => void queue.refill()} onUndo={undo} />
      )}
      <Trail done={state.done} />
      <Guidelines panel={panel} project={project.name} task={taskInfo} />
    </div>
  )
}

interface AskingProps {
  desk: Desk
  current: Held
  serial: number
  done: QueueState['done']
  panel: ReturnType<typeof useGuidelinesPanel>
  onUndo(): void
  onAnswered(): void
}

function Asking({ desk, current, serial, done, panel, onUndo, onAnswered }: AskingProps) {
  const { queue, media } = desk
  const { question } = current
  const watch = useAttention(`${question.id}/${serial}`, current.draft?.seconds ?? 0)
  const [flagging, setFlagging] = useState(false)
  useEffect(() => setFlagging(false), [question.id, serial])

  const submit = useCallback(
    (outcome: Outcome, answer: unknown, note?: string) => {
      const suggested = question.suggestion
      const corrects = current.supersedes !== undefined
      const sent = queue.submit({
        outcome,
        value: answer,
        seconds: watch.read(),
        suggestionShown: suggested !== null,
        edited: suggested !== null && outcome === 'answered' && JSON.stringify(suggested.value) !== JSON.stringify(answer),
        ...(note ? { note } : {}),
      })
      if (sent && !corrects && outcome === 'answered') onAnswered()
    },
    [queue, question, current.supersedes, watch, onAnswered],
  )

  const emit = (answer: unknown, commit: boolean) => {
    if (commit) submit('answered', answer)
    else queue.saveDraft({ value: answer, seconds: watch.read() })
  }

  const act = (id: string) => {
    if (id === 'skip') submit('skip', null)
    else if (id === 'unsure') submit('unsure', null)
    else if (id === 'flag') setFlagging(true)
    else if (id === 'undo') onUndo()
    else if (id === 'guidelines') panel.toggle()
  }
  useKeys(labelKeys, act)

  return (
    <div className="desk-main">
      {current.supersedes !== undefined ? <p className="desk-correcting">{t('label.correcting')}</p> : null}
      <WidgetHost question={question} initial={current.draft?.value} media={media} reserved={RESERVED} onEmit={emit} serial={serial} />
      {question.lane === 'expert' ? <Sides body={question.body} /> : null}
      <Actions act={act} canUndo={done.length > 0} flagging={flagging} onFlag={(note) => submit('flag', null, note)} onFlagCancel={() => setFlagging(false)} panelShown={panel.shown} />
      <p className="desk-why">
        <span className="dim">{t('label.why')}</span> {question.reason ?? t('label.whyNone')}{' '}
        {question.strategy ? <Chip>{question.strategy}</Chip> : null}
      </p>
    </div>
  )
}
