// Labels renamed, merged and split while people answer: first what it would change, then the change, then the way back.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Change, curation, type Migration, type MigrationKind, type MigrationPreview } from '../../api/curation'
import type { Task } from '../../api/types'
import { t } from '../../i18n'
import '../../i18n/data'
import { Button, Chip, Failed, Panel, SegmentedControl, TagsInput, TextInput, toast, toastError, When } from '../../ui'

const KINDS: MigrationKind[] = ['rename', 'merge', 'split']

export function Relabel({ project, task }: { project: string; task: Task }) {
  const [kind, setKind] = useState<MigrationKind>('rename')
  const [labels, setLabels] = useState<string[]>([])
  const [into, setInto] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const [seen, setSeen] = useState<MigrationPreview | null>(null)
  const [busy, setBusy] = useState(false)
  const client = useQueryClient()
  const change: Change = { kind, labels, into }

  const edit = (next: () => void) => {
    next()
    setSeen(null)
  }
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(false)
    }
  }
  const done = async () => {
    await curation.relabel(project, task.name, change, reason.trim())
    toast(t('relabel.done'))
    edit(() => {
      setLabels([])
      setInto([])
      setReason('')
    })
    await Promise.all([
      client.invalidateQueries({ queryKey: ['project'] }),
      client.invalidateQueries({ queryKey: ['migrations'] }),
    ])
  }
  return (
    <Panel title={t('relabel.title')}>
      <div className="stack">
        <p className="dim">{t('relabel.text')}</p>
        <SegmentedControl aria-label={t('relabel.what')} value={kind} data={KINDS.map((one) => ({ value: one, label: t(`relabel.${one}`) }))} onChange={(one) => edit(() => setKind(one as MigrationKind))} />
        <TagsInput label={t('relabel.labels')} description={t(`relabel.${kind}.labels`)} value={labels} data={task.labels} maxTags={kind === 'merge' ? task.labels.length : 1} onChange={(found) => edit(() => setLabels(found.filter((one) => task.labels.includes(one))))} />
        <TagsInput label={t('relabel.into')} description={t(`relabel.${kind}.into`)} value={into} data={kind === 'merge' ? task.labels : []} maxTags={kind === 'split' ? 20 : 1} maxLength={200} onChange={(found) => edit(() => setInto(found))} />
        <TextInput label={t('relabel.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={2000} />
        <div className="row">
          <Button variant="default" disabled={labels.length === 0 || into.length === 0} loading={busy && !seen} onClick={() => void run(async () => setSeen(await curation.preview(project, task.name, change)))}>
            {t('relabel.preview')}
          </Button>
          <Button disabled={!seen || reason.trim() === ''} loading={busy && seen !== null} onClick={() => void run(done)}>
            {t('relabel.do')}
          </Button>
        </div>
        {seen ? <Seen seen={seen} /> : null}
        <Past project={project} task={task} />
      </div>
    </Panel>
  )
}

/** What a change would do: counts, ten items, models that would not know a label any more. */
function Seen({ seen }: { seen: MigrationPreview }) {
  const { counts } = seen
  const rows = Object.values(counts.rows).reduce((sum, n) => sum + n, 0)
  const stale = seen.models.filter((one) => one.stale.length > 0)
  return (
    <div className="settings-once" role="status">
      <p>{t('relabel.counts', { answers: counts.answers, labels: counts.labels, gold: counts.gold, rows })}</p>
      {counts.asked > 0 ? <p>{t('relabel.asked', { n: counts.asked })}</p> : null}
      {stale.map((one) => (
        <p key={one.model}>{t('relabel.stale', { number: one.number, labels: one.stale.join(', ') })}</p>
      ))}
      <ul className="settings-sample">
        {seen.sample.map((one) => (
          <li key={one.item}>
            <span className="dim" dir="auto">
              {text(one.data)}
            </span>
            <span dir="auto">
              {words(one.before)} → {one.after === null ? t('relabel.again') : words(one.after)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Past({ project, task }: { project: string; task: Task }) {
  const client = useQueryClient()
  const found = useQuery({ queryKey: ['migrations', project, task.name, task.version], queryFn: () => curation.migrations(project, task.name) })
  const [reason, setReason] = useState('')
  const newest = found.data?.find((one) => one.standing && one.undoes === null)
  const undo = async (one: Migration) => {
    try {
      await curation.undo(project, task.name, one.id, reason.trim())
      setReason('')
      toast(t('relabel.undone'))
      await Promise.all([
        client.invalidateQueries({ queryKey: ['project'] }),
        client.invalidateQueries({ queryKey: ['migrations'] }),
      ])
    } catch (error) {
      toastError(error)
    }
  }
  if (found.error) {
    return <Failed error={found.error} retry={() => void found.refetch()} />
  }
  if (!found.data?.length) {
    return null
  }
  return (
    <>
      <h3>{t('relabel.past')}</h3>
      <ul className="settings-links">
        {found.data.map((one) => (
          <li key={one.id}>
            <div className="settings-line">
              <b dir="auto">
                {t(`relabel.${one.kind}`)}: {one.labels.join(', ')} → {one.into.join(', ')}
              </b>
              {one.standing ? null : <Chip>{t('relabel.gone')}</Chip>}
              <span className="dim">
                {one.actor.name}, <When iso={one.created} />
              </span>
            </div>
            <p dir="auto">{one.reason}</p>
            {one === newest ? (
              <div className="settings-line">
                <TextInput aria-label={t('relabel.undoReason')} placeholder={t('relabel.undoReason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={2000} />
                <Button variant="default" disabled={reason.trim() === ''} onClick={() => void undo(one)}>
                  {t('relabel.undo')}
                </Button>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  )
}

function words(value: unknown): string {
  const labels = (value as { labels?: string[] } | null)?.labels
  return labels ? labels.join(', ') : JSON.stringify(value)
}

function text(data: Record<string, unknown>): string {
  const found = Object.values(data).find((one) => typeof one === 'string')
  return typeof found === 'string' ? found.slice(0, 160) : ''
}
