// One class at a time: which class is being labelled, what people and policies labelled of each, and what can be taken back.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Cascade, ClassCount, Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, count, Empty, Failed, Interval, Key, NumberInput, Page, Panel, percent, SegmentedControl, Select, span, toast, toastError, Waiting } from '../../ui'
import { useProject, useTask } from '../data'
import { classesKeys } from '../keys'
import { Link, navigate } from '../router'
import { paths } from '../routes'
import { useKeys, useSession } from '../session'
import { Splits } from './splits'
import './classes.css'

export default function Classes({ project }: { project: string }) {
  const { can } = useSession()
  const found = useProject(project)
  const [task, choose] = useTask(found.data)
  const page = useQuery({
    queryKey: ['cascades', project, task?.name],
    queryFn: () => api.cascades(project, task?.name ?? null),
    enabled: task !== null,
    refetchInterval: (query) => (query.state.data?.cascades.some((one) => one.state === 'working') ? 2_000 : false),
  })
  const answer = () => navigate(paths.grid(project))
  useKeys(page.data && page.data.open > 0 ? classesKeys : null, answer)
  const tasks = found.data?.tasks ?? []
  const running = page.data?.cascades.find((one) => one.closed === null) ?? null
  return (
    <Page
      title={t('classes.title')}
      aside={
        tasks.length > 1 && task ? (
          <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={choose} />
        ) : null
      }
    >
      <p className="dim classes-what">{t('classes.what')}</p>
      {page.error ? <Failed error={page.error} retry={() => void page.refetch()} /> : null}
      {page.isPending ? <Waiting /> : null}
      {page.data && task ? (
        <>
          {running ? <Running project={project} one={running} open={page.data.open} /> : null}
          {!running && page.data.open > 0 ? <Waits open={page.data.open} answer={answer} /> : null}
          {!running && can('ask') && !task.multi ? <Start project={project} task={task} classes={page.data.classes} /> : null}
          {task.multi ? <Empty title={t('classes.multi')} /> : null}
          <Counts classes={page.data.classes} cascades={page.data.cascades} />
          <Splits cascades={page.data.cascades} />
        </>
      ) : null}
    </Page>
  )
}

function Waits({ open, answer }: { open: number; answer(): void }) {
  return (
    <p className="row">
      <Button onClick={answer} rightSection={<Key k="g" />} aria-keyshortcuts="g">
        {t('classes.answer', { n: open })}
      </Button>
    </p>
  )
}

function Running({ project, one, open }: { project: string; one: Cascade; open: number }) {
  const { can } = useSession()
  const client = useQueryClient()
  const newest = one.rounds.at(-1)
  const stop = async () => {
    try {
      await api.stopCascade(one.id, t('classes.stopped'))
      await client.invalidateQueries({ queryKey: ['cascades'] })
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <Panel title={t('classes.now', { label: one.label })} aside={<Chip tone={one.state === 'failed' ? 'bad' : 'suggest'}>{t(`classes.state.${one.state}`)}</Chip>}>
      {one.words ? <p>{one.words}</p> : null}
      {newest ? (
        <p className="num">
          {t(newest.scored ? 'classes.round' : 'classes.teaching', { number: newest.number, answered: newest.answered, asked: newest.asked, yes: newest.yes, pool: newest.pool })}
        </p>
      ) : null}
      <progress className="classes-progress" max={newest?.asked || 1} value={newest?.answered ?? 0} aria-label={t('classes.progress')} />
      <div className="row">
        {open > 0 ? <Waits open={open} answer={() => navigate(paths.grid(project))} /> : null}
        {newest?.decision && one.state === 'deciding' ? <Link to={paths.decision(project, newest.decision)}>{t('classes.sign')}</Link> : null}
        {can('ask') ? (
          <Button variant="default" size="xs" onClick={() => void stop()}>
            {t('classes.stop')}
          </Button>
        ) : null}
      </div>
    </Panel>
  )
}

/** Which class next, and what its splits are to reach. */
function Start({ project, task, classes }: { project: string; task: Task; classes: readonly ClassCount[] }) {
  const client = useQueryClient()
  const [label, setLabel] = useState<string | null>(classes.find((one) => one.automatic === 0)?.label ?? null)
  const [aim, setAim] = useState({ precision: 95, recall: 95, batch: 200 })
  const start = async () => {
    if (!label) return
    try {
      await api.startCascade(project, { task: task.name, label, precision: aim.precision / 100, recall: aim.recall / 100, batch: aim.batch })
      toast(t('classes.started', { label }))
      await client.invalidateQueries({ queryKey: ['cascades'] })
    } catch (error) {
      toastError(error)
    }
  }
  const number = (name: keyof typeof aim, min: number, max: number) => (
    <NumberInput
      label={t(`classes.${name}`)}
      value={aim[name]}
      min={min}
      max={max}
      clampBehavior="strict"
      allowDecimal={name !== 'batch'}
      suffix={name === 'batch' ? '' : ' %'}
      onChange={(value) => setAim({ ...aim, [name]: Number(value) || min })}
    />
  )
  return (
    <Panel title={t('classes.next')}>
      <div className="classes-start">
        <Select label={t('classes.class')} data={task.labels} value={label} onChange={setLabel} searchable={task.labels.length > 10} />
        {number('precision', 50, 99.9)}
        {number('recall', 50, 99.9)}
        {number('batch', 10, 10_000)}
        <Button onClick={() => void start()} disabled={!label}>
          {t('classes.start')}
        </Button>
      </div>
      <p className="dim small">{t('classes.startHelp')}</p>
    </Panel>
  )
}

function Counts({ classes, cascades }: { classes: readonly ClassCount[]; cascades: readonly Cascade[] }) {
  return (
    <Panel title={t('classes.byClass')}>
      <div className="table-box" tabIndex={0} role="region" aria-label={t('classes.table')}>
        <table className="table classes-table">
          <thead>
            <tr>
              <th scope="col">{t('classes.class')}</th>
              <th scope="col" className="num">{t('classes.people')}</th>
              <th scope="col" className="num">{t('classes.automatic')}</th>
              <th scope="col">{t('classes.share')}</th>
              <th scope="col">{t('classes.precisionIs')}</th>
              <th scope="col">{t('classes.recallIs')}</th>
            </tr>
          </thead>
          <tbody>
            {classes.map((one) => (
              <ClassLine key={one.label} one={one} last={cascades.find((made) => made.label === one.label) ?? null} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function ClassLine({ one, last }: { one: ClassCount; last: Cascade | null }) {
  const split = last?.splits.findLast((found) => found.state !== 'revoked') ?? null
  return (
    <tr>
      <th scope="row" dir="auto">{one.label}</th>
      <td className="num">{count(one.people)}</td>
      <td className="num">{one.automatic > 0 ? <Chip tone="suggest">{count(one.automatic)}</Chip> : '–'}</td>
      <td>
        {last ? (
          <span className="num">
            {t('classes.shareOf', { share: percent(last.human_share.value ?? 0), answered: last.answered, pool: last.pool, time: span(last.seconds) })}
          </span>
        ) : (
          <span className="dim">–</span>
        )}
      </td>
      <td>{split?.evidence ? <Interval {...split.evidence.precision} /> : <span className="dim">–</span>}</td>
      <td>{split?.evidence ? <Interval {...split.evidence.recall} /> : <span className="dim">–</span>}</td>
    </tr>
  )
}
