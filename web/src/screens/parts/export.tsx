// The project, or a version of it, as a file of any format: chosen, written by a job, and fetched with what it could not hold.

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type ExportReport, exports, type Format } from '../../api/curation'
import type { Task } from '../../api/types'
import { t, tOr } from '../../i18n'
import '../../i18n/data'
import { Button, bytes, Chip, count, Failed, Modal, SegmentedControl, Select, toastError, Waiting } from '../../ui'
import { useQueryState } from '../router'
import { useSession } from '../session'
import { isLive, JobBar, useJob } from './job-bar'
import './export.css'

const EVERY = ''
const FEW = 5

/** Opens the dialog, whose state is part of the address: `new`, or the job that writes the file. */
export function ExportButton({ project, tasks, size = 'sm' }: { project: string; tasks: readonly Task[]; size?: 'xs' | 'sm' }) {
  const { can } = useSession()
  const [, change] = useQueryState()
  if (!can('export')) return null
  return (
    <>
      <Button size={size} variant="default" onClick={() => change({ export: 'new' })}>
        {t('export.open')}
      </Button>
      <ExportDialog project={project} tasks={tasks} />
    </>
  )
}

function ExportDialog({ project, tasks }: { project: string; tasks: readonly Task[] }) {
  const [query, change] = useQueryState()
  const state = query.get('export')
  const close = () => change({ export: null, at: null })
  return (
    <Modal opened={state !== null} onClose={close} title={t('export.title')} size="lg" closeButtonProps={{ 'aria-label': t('app.close') }}>
      {state === 'new' ? <Wanted project={project} tasks={tasks} at={query.get('at')} onStart={(job) => change({ export: job })} /> : null}
      {state && state !== 'new' ? <Written job={state} again={() => change({ export: 'new' })} /> : null}
    </Modal>
  )
}

interface WantedProps {
  project: string
  tasks: readonly Task[]
  /** A version instead of the labels as they stand. */
  at: string | null
  onStart(job: string): void
}

function Wanted({ project, tasks, at, onStart }: WantedProps) {
  const formats = useQuery({ queryKey: ['formats'], queryFn: exports.formats, staleTime: Infinity })
  const [query] = useQueryState()
  const [format, setFormat] = useState('jsonl')
  const [what, setWhat] = useState<'labels' | 'items'>('labels')
  const [task, setTask] = useState(at ? (query.get('task') ?? tasks[0]?.name ?? EVERY) : EVERY)
  const [busy, setBusy] = useState(false)
  const start = async () => {
    setBusy(true)
    try {
      onStart((await exports.start(project, { format, what, task: task || null, at })).id)
    } catch (error) {
      toastError(error)
      setBusy(false)
    }
  }
  if (formats.error) return <Failed error={formats.error} retry={() => void formats.refetch()} />
  if (!formats.data) return <Waiting />
  return (
    <div className="stack">
      <p className="dim">{t('export.text')}</p>
      <Formats formats={formats.data} value={format} onChange={setFormat} />
      {at ? <p>{t('export.version', { at })}</p> : null}
      {at ? null : (
        <div className="row">
          <SegmentedControl
            size="sm"
            aria-label={t('export.what')}
            value={what}
            data={(['labels', 'items'] as const).map((value) => ({ value, label: t(`export.what.${value}`) }))}
            onChange={(value) => setWhat(value as 'labels' | 'items')}
          />
          {tasks.length > 1 ? (
            <Select
              aria-label={t('label.task')}
              data={[{ value: EVERY, label: t('export.everyTask') }, ...tasks.map((one) => ({ value: one.name, label: one.name }))]}
              value={task}
              allowDeselect={false}
              onChange={(name) => setTask(name ?? EVERY)}
            />
          ) : null}
        </div>
      )}
      <div className="row">
        <Button loading={busy} onClick={() => void start()}>
          {t('export.start')}
        </Button>
        <span className="dim small">{t('export.lossesFirst')}</span>
      </div>
    </div>
  )
}

function Formats({ formats, value, onChange }: { formats: readonly Format[]; value: string; onChange(format: string): void }) {
  return (
    <fieldset className="export-formats">
      <legend>{t('export.format')}</legend>
      {formats.map((one) => (
        <label key={one.format} data-chosen={one.format === value}>
          <input type="radio" name="format" value={one.format} checked={one.format === value} data-autofocus={one.format === value || undefined} onChange={() => onChange(one.format)} />
          <span className="export-name">
            {tOr(`format.${one.format}`, one.format)} <code>{one.suffix || t('export.folder')}</code>
          </span>
          <span className="dim small">{tOr(`format.help.${one.format}`, '')}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Written({ job: id, again }: { job: string; again(): void }) {
  const job = useJob(id)
  const done = job.data?.state === 'done'
  const report = useQuery({ queryKey: ['export', id], queryFn: () => exports.report(id), enabled: done, staleTime: Infinity })
  const error = job.error ?? report.error
  return (
    <div className="stack">
      {error ? <Failed error={error} /> : null}
      {job.data ? <JobBar job={job.data} title={t('export.writing')} /> : error ? null : <Waiting />}
      {report.data ? <Report report={report.data} /> : null}
      {error || (job.data && !isLive(job.data)) ? (
        <div className="row">
          {report.data ? (
            <Button component="a" href={exports.file(id)} download>
              {t('export.get', { size: bytes(report.data.bytes) })}
            </Button>
          ) : null}
          <Button variant="default" onClick={again}>
            {t('export.another')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

/** What was written, and all that the format had no place for. */
function Report({ report }: { report: ExportReport }) {
  const { losses, more_losses: more } = report
  return (
    <>
      <p className="row">
        <Chip tone="accent">{tOr(`format.${report.format}`, report.format)}</Chip>
        <span className="num">{t('export.records', { n: report.records })}</span>
        {losses.length === 0 ? <Chip tone="good">{t('export.whole')}</Chip> : <Chip tone="bad">{t('export.losses', { n: losses.reduce((sum, one) => sum + one.count, 0) })}</Chip>}
      </p>
      {losses.length > 0 ? (
        <section className="export-losses" aria-label={t('export.lost')}>
          <h3>{t('export.lost')}</h3>
          <ul>
            {losses.map((one) => (
              <li key={one.reason}>
                <strong className="num">{count(one.count)}</strong> <span dir="auto">{one.reason}</span>{' '}
                <span className="dim small num">{t('export.lines', { lines: one.lines.slice(0, FEW).join(', ') })}</span>
              </li>
            ))}
          </ul>
          {more > 0 ? <p className="dim small">{t('export.moreLosses', { n: more })}</p> : null}
        </section>
      ) : null}
      <p className="dim small export-digest">
        {t('export.digest')}: <code>{report.digest}</code>
      </p>
    </>
  )
}
