// Find and replace over labels: which rows, what they become, what would change; then one version of a branch.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import { curation, type Finding, type Replaced } from '../../api/curation'
import type { Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Panel, Select, Switch, TagsInput, TextInput, toast, toastError } from '../../ui'
import { useQueryState } from '../router'
import { useSession } from '../session'
import { ItemLink, shownValue } from './difference'

const MAIN = 'main'
const NOTHING: Finding = { branch: '', label: null, search: null, where: null, answered_by: null, disagrees: false }

interface ReplaceProps {
  project: string
  task: Task
  branches: readonly string[]
  onDone(): void
}

export function Replace({ project, task, branches, onDone }: ReplaceProps) {
  const client = useQueryClient()
  const [query, change] = useQueryState()
  const here = query.get('branch')
  const [finding, setFinding] = useState<Finding>({ ...NOTHING, branch: here && here !== MAIN ? here : free(branches) })
  const [to, setTo] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const [seen, setSeen] = useState<Replaced | null>(null)
  const [busy, setBusy] = useState<'look' | 'do' | null>(null)
  const named = finding.label || finding.search || finding.where || finding.answered_by || finding.disagrees
  const ready = named && to.length > 0 && finding.branch.trim() !== '' && finding.branch.trim() !== MAIN
  // One label of a row becomes another; without one to look for, the whole value does.
  const value = finding.label ? to[0] : { labels: to }
  const find = (part: Partial<Finding>) => {
    setFinding({ ...finding, ...part })
    setSeen(null)
  }
  const run = async (what: 'look' | 'do', work: () => Promise<void>) => {
    setBusy(what)
    try {
      await work()
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(null)
    }
  }
  const wanted = { ...finding, branch: finding.branch.trim() }
  const look = (event: FormEvent) => {
    event.preventDefault()
    if (ready) void run('look', async () => setSeen(await curation.wouldReplace(project, task.name, wanted, value)))
  }
  const apply = () =>
    run('do', async () => {
      const made = await curation.replace(project, task.name, wanted, value, reason.trim())
      await Promise.all(['commits', 'branches'].map((name) => client.invalidateQueries({ queryKey: [name, project] })))
      toast(t('replace.done', { n: made.count, branch: made.branch }))
      change({ view: null, branch: made.branch, version: made.commit }, { push: true })
    })
  return (
    <Panel
      title={t('replace.title')}
      aside={
        <Button size="xs" variant="default" onClick={onDone}>
          {t('replace.back')}
        </Button>
      }
    >
      <form className="stack" onSubmit={look}>
        <p className="dim">{t('replace.text')}</p>
        <Find project={project} task={task} finding={finding} find={find} />
        <Into
          task={task}
          single={finding.label !== null || !task.multi}
          finding={finding}
          branches={branches}
          to={to}
          onTo={(labels) => {
            setTo(labels)
            setSeen(null)
          }}
          onBranch={(branch) => find({ branch })}
        />
        <div className="row">
          <Button type="submit" variant={seen ? 'default' : 'filled'} disabled={!ready} loading={busy === 'look'}>
            {t('replace.look')}
          </Button>
          {ready ? null : <span className="dim small">{t('replace.need')}</span>}
        </div>
      </form>
      {seen ? <Seen project={project} seen={seen} /> : null}
      {seen && seen.count > 0 ? (
        <div className="replace-apply">
          <TextInput className="grow" label={t('replace.reason')} description={t('replace.reasonHelp')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={2000} />
          <Button disabled={reason.trim() === ''} loading={busy === 'do'} onClick={() => void apply()}>
            {t('replace.do', { n: seen.count, branch: seen.branch })}
          </Button>
        </div>
      ) : null}
    </Panel>
  )
}

/** A name for a branch that is not there yet. */
function free(branches: readonly string[]): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'replaced' : `replaced-${n}`
    if (!branches.includes(name)) return name
  }
}

function Find({ project, task, finding, find }: { project: string; task: Task; finding: Finding; find(part: Partial<Finding>): void }) {
  const { can } = useSession()
  const team = useQuery({ queryKey: ['team', project, task.name], queryFn: () => api.team(project, task.name), enabled: can('read_people') })
  const people = [...new Set((team.data?.members ?? []).map((one) => one.name))]
  return (
    <fieldset className="replace-fields">
      <legend>{t('replace.find')}</legend>
      <Select
        label={t('replace.label')}
        placeholder={t('items.anyLabel')}
        data={task.labels}
        value={finding.label}
        clearable
        clearButtonProps={{ 'aria-label': t('items.anyLabel') }}
        searchable={task.labels.length > 10}
        onChange={(label) => find({ label })}
      />
      <TextInput label={t('replace.search')} value={finding.search ?? ''} maxLength={1000} onChange={(event) => find({ search: event.currentTarget.value || null })} />
      <TextInput label={t('replace.where')} placeholder={t('profile.sliceExample')} value={finding.where ?? ''} maxLength={5000} spellCheck={false} onChange={(event) => find({ where: event.currentTarget.value || null })} />
      {people.length > 0 ? (
        <Select
          label={t('replace.answeredBy')}
          placeholder={t('replace.anybody')}
          data={people}
          value={finding.answered_by}
          clearable
          clearButtonProps={{ 'aria-label': t('replace.anybody') }}
          searchable={people.length > 10}
          onChange={(name) => find({ answered_by: name })}
        />
      ) : null}
      <Switch label={t('replace.disagrees')} description={t('replace.disagreesHelp')} checked={finding.disagrees} onChange={(event) => find({ disagrees: event.currentTarget.checked })} />
    </fieldset>
  )
}

interface IntoProps {
  task: Task
  /** One label is wanted, not a set of them. */
  single: boolean
  finding: Finding
  branches: readonly string[]
  to: string[]
  onTo(labels: string[]): void
  onBranch(branch: string): void
}

function Into({ task, single, finding, branches, to, onTo, onBranch }: IntoProps) {
  const others = task.labels.filter((one) => one !== finding.label)
  const branch = finding.branch.trim()
  const problem = branch === MAIN ? t('replace.notMain') : null
  return (
    <fieldset className="replace-fields">
      <legend>{t('replace.with')}</legend>
      {single ? (
        <Select
          label={t('replace.to')}
          data={others}
          value={to.find((one) => others.includes(one)) ?? null}
          searchable={others.length > 10}
          onChange={(label) => onTo(label ? [label] : [])}
        />
      ) : (
        <TagsInput label={t('replace.toAll')} data={task.labels} value={to} onChange={(labels) => onTo(labels.filter((one) => task.labels.includes(one)))} />
      )}
      <TextInput
        label={t('replace.branch')}
        description={t(branches.includes(branch) ? 'replace.branchThere' : 'replace.branchNew')}
        value={finding.branch}
        error={problem}
        maxLength={200}
        spellCheck={false}
        onChange={(event) => onBranch(event.currentTarget.value)}
      />
    </fieldset>
  )
}

/** What would change: how many rows, and the first of them. */
function Seen({ project, seen }: { project: string; seen: Replaced }) {
  return (
    <section className="replace-seen" aria-label={t('replace.seen')}>
      <p role="status">
        <strong>{t(seen.count === 0 ? 'replace.none' : 'replace.count', { n: seen.count, branch: seen.branch })}</strong>
      </p>
      {seen.sample.length > 0 ? (
        <div className="table-box" tabIndex={0} role="region" aria-label={t('replace.sample')}>
          <table className="table dataset-rows">
            <thead>
              <tr>
                <th scope="col">{t('dataset.item')}</th>
                <th scope="col">{t('dataset.before')}</th>
                <th scope="col">{t('dataset.after')}</th>
              </tr>
            </thead>
            <tbody>
              {seen.sample.map((one) => (
                <tr key={one.item}>
                  <th scope="row">
                    <ItemLink project={project} row={one} />
                  </th>
                  <td>
                    <Chip>{shownValue(one.before)}</Chip>
                  </td>
                  <td>
                    <Chip tone="accent">{shownValue(one.after)}</Chip>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {seen.count > seen.sample.length ? <p className="dim small replace-more">{t('dataset.shown', { n: seen.sample.length })}</p> : null}
    </section>
  )
}
