// The versions of a task's dataset: a log by branch, what changed, what is proposed, frozen and erased.

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import type { Freeze } from '../../api/curation'
import type { Commit, Task } from '../../api/types'
import { t } from '../../i18n'
import '../../i18n/data'
import { Button, Chip, Empty, Failed, Modal, Page, Panel, SegmentedControl, Select, TextInput, toast, toastError, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { DataPlaces } from '../parts/data-places'
import { ExportButton } from '../parts/export'
import { NotAllowed } from '../parts/not-allowed'
import { useQueryState } from '../router'
import { useSession } from '../session'
import { Erasures } from './erasures'
import { FreezeDialog, Freezes, holding, Line as FreezeLine, useFreezes } from './freezes'
import { Replace } from './replace'
import { Requests } from './requests'
import { Version } from './version'
import './dataset.css'

const MAIN = 'main'

export default function Dataset({ project }: { project: string }) {
  const { can } = useSession()
  const found = useProject(project)
  const [task, choose] = useTask(found.data)
  if (!can('read_models')) return <NotAllowed title={t('nav.dataset')} />
  const tasks = found.data?.tasks ?? []
  const aside = (
    <>
      {tasks.length > 1 && task ? (
        <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={choose} />
      ) : null}
      {tasks.length > 0 ? <ExportButton project={project} tasks={tasks} size="xs" /> : null}
      <DataPlaces project={project} current="dataset" />
    </>
  )
  return (
    <Page wide title={t('dataset.title')} aside={aside}>
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {task ? <Views key={task.id} project={project} task={task} /> : <Waiting />}
    </Page>
  )
}

type View = 'versions' | 'requests' | 'frozen' | 'erased' | 'replace'

/** Versions, what is proposed, what is frozen, what was erased. */
function Views({ project, task }: { project: string; task: Task }) {
  const { can } = useSession()
  const [query, change] = useQueryState()
  const asked = query.get('request') ? 'requests' : query.get('view')
  const views: View[] = ['versions', 'requests', 'frozen', ...(can('erase') ? (['erased'] as const) : []), ...(can('train') ? (['replace'] as const) : [])]
  const view = views.find((one) => one === asked) ?? 'versions'
  const waiting = useQuery({ queryKey: ['requests', project, task.name, 'open'], queryFn: () => api.requests(project, task.name, 'open', null), enabled: can('export') })
  const frozen = useFreezes(project)
  const branches = useQuery({ queryKey: ['branches', project, task.name], queryFn: () => api.branches(project, task.name) })
  const names = [MAIN, ...(branches.data ?? []).map((one) => one.name).filter((name) => name !== MAIN)]
  const counts: Partial<Record<View, number>> = { requests: waiting.data?.requests.length ?? 0, frozen: frozen.data?.filter((one) => one.thawed === null).length ?? 0 }
  const named = (one: View) => (counts[one] ? `${t(`dataset.${one}`)} (${counts[one]})` : t(`dataset.${one}`))
  const open = (next: View, push = false) =>
    change({ view: next === 'versions' ? null : next, request: null, state: null, version: null, before: null, job: null }, { push })
  return (
    <>
      <div className="row dataset-views">
        <SegmentedControl
          size="xs"
          aria-label={t('dataset.view')}
          value={view === 'replace' ? 'versions' : view}
          data={views.filter((one) => one !== 'replace').map((one) => ({ value: one, label: named(one) }))}
          onChange={(next) => open(next as View)}
        />
      </div>
      {view === 'requests' ? <Requests project={project} task={task.name} /> : null}
      {view === 'frozen' ? <Freezes project={project} task={task} branches={names} /> : null}
      {view === 'erased' ? <Erasures project={project} /> : null}
      {view === 'replace' && branches.data ? <Replace project={project} task={task} branches={names} onDone={() => open('versions')} /> : null}
      {view === 'versions' ? <Versions project={project} task={task} branches={names} freezes={frozen.data ?? []} onReplace={() => open('replace', true)} /> : null}
    </>
  )
}

interface VersionsProps {
  project: string
  task: Task
  branches: readonly string[]
  freezes: readonly Freeze[]
  onReplace(): void
}

function Versions({ project, task, branches, freezes, onReplace }: VersionsProps) {
  const { can } = useSession()
  const client = useQueryClient()
  const [query, change] = useQueryState()
  const branch = query.get('branch') ?? MAIN
  const [asking, setAsking] = useState<'propose' | 'freeze' | null>(null)
  const held = holding(freezes, task.name, branch)
  const log = useInfiniteQuery({
    queryKey: ['commits', project, task.name, branch],
    queryFn: ({ pageParam }) => api.commits(project, task.name, branch, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const commits = log.data?.pages.flatMap((page) => page.commits) ?? []
  const shown = commits.find((one) => one.id === query.get('version')) ?? commits[0]

  const merge = async () => {
    try {
      const made = await api.merge(project, task.name, branch)
      await client.invalidateQueries({ queryKey: ['commits', project] })
      await client.invalidateQueries({ queryKey: ['requests', project] })
      if (made.request && made.request.state !== 'merged') {
        toast(t('request.proposed', { request: made.request.id }))
        change({ view: 'requests', request: made.request.id, branch: null, version: null })
        return
      }
      toast(t('dataset.merged', { n: made.conflicts.length }))
      change({ branch: null, version: null })
    } catch (error) {
      toastError(error)
    }
  }

  return (
    <>
      <div className="row">
        <Select
          aria-label={t('dataset.branch')}
          data={[...branches]}
          value={branch}
          allowDeselect={false}
          onChange={(name) => change({ branch: name === MAIN ? null : name, version: null })}
        />
        {branch !== MAIN && can('propose') ? <Button onClick={() => setAsking('propose')}>{t('dataset.propose', { branch })}</Button> : null}
        {branch !== MAIN && can('train') ? (
          <Button variant="default" onClick={() => void merge()}>
            {t('dataset.merge', { branch })}
          </Button>
        ) : null}
        {can('train') ? (
          <Button variant="default" onClick={onReplace}>
            {t('replace.open')}
          </Button>
        ) : null}
        {can('change_project') && held.length === 0 ? (
          <Button variant="default" onClick={() => setAsking('freeze')}>
            {t('freeze.open')}
          </Button>
        ) : null}
        <Modal opened={asking === 'propose'} onClose={() => setAsking(null)} title={t('dataset.propose', { branch })} closeButtonProps={{ 'aria-label': t('app.close') }}>
          <Propose project={project} task={task.name} branch={branch} onDone={() => setAsking(null)} />
        </Modal>
        <FreezeDialog opened={asking === 'freeze'} onClose={() => setAsking(null)} project={project} task={task} branches={branches} branch={branch} />
      </div>
      {held.length > 0 ? (
        <ul className="freezes freezes-here">
          {held.map((one) => (
            <FreezeLine key={one.id} project={project} one={one} />
          ))}
        </ul>
      ) : null}
      {log.error ? <Failed error={log.error} retry={() => void log.refetch()} /> : null}
      {log.isPending ? <Waiting /> : null}
      {log.data && commits.length === 0 ? (
        <Empty title={t('dataset.none')}>
          <p>{t('dataset.noneText')}</p>
        </Empty>
      ) : null}
      {shown ? (
        <div className="dataset">
          <Panel title={t('dataset.log')}>
            <ol className="dataset-log">
              {commits.map((one) => (
                <Line key={one.id} commit={one} current={one === shown} onOpen={() => change({ version: one.id })} />
              ))}
            </ol>
            {log.hasNextPage ? (
              <Button variant="default" size="xs" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                {t('dataset.more')}
              </Button>
            ) : null}
          </Panel>
          <Version key={shown.id} project={project} task={task.name} branch={branch} commit={shown} commits={commits} />
        </div>
      ) : null}
    </>
  )
}

function Propose({ project, task, branch, onDone }: { project: string; task: string; branch: string; onDone(): void }) {
  const client = useQueryClient()
  const [, change] = useQueryState()
  const [title, setTitle] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!title.trim()) return
    try {
      const made = await api.openRequest(project, task, branch, title.trim())
      await client.invalidateQueries({ queryKey: ['requests', project] })
      toast(t('request.proposed', { request: made.id }))
      onDone()
      change({ view: 'requests', request: made.id, branch: null, version: null })
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <TextInput label={t('request.title')} value={title} onChange={(event) => setTitle(event.currentTarget.value)} maxLength={500} data-autofocus />
      <Button type="submit" disabled={!title.trim()}>
        {t('request.propose')}
      </Button>
    </form>
  )
}

function Line({ commit, current, onOpen }: { commit: Commit; current: boolean; onOpen(): void }) {
  return (
    <li>
      <button type="button" className="dataset-line" onClick={onOpen} aria-current={current ? 'true' : undefined} data-merge={commit.parents.length > 1}>
        <span className="dataset-message">{commit.message}</span>
        <span className="row">
          <code>{commit.id}</code>
          {commit.tags.map((tag) => (
            <Chip key={tag} tone="accent">
              {tag}
            </Chip>
          ))}
          {commit.tests ? (
            <Chip tone={commit.tests.failing > 0 ? 'bad' : commit.tests.known > 0 ? 'suggest' : 'good'}>
              {commit.tests.failing > 0
                ? t('dataset.red', { n: commit.tests.failing })
                : commit.tests.known > 0
                  ? t('dataset.known', { n: commit.tests.known })
                  : t('dataset.green', { n: commit.tests.run })}
            </Chip>
          ) : null}
        </span>
        <span className="dim small num">{t('dataset.rows', { n: commit.rows, changed: commit.changed.toLocaleString() })}</span>
        <span className="dim small">
          {commit.author.name}, <When iso={commit.created} />
        </span>
      </button>
    </li>
  )
}
