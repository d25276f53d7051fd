// The versions of a task's dataset: a log by branch, and what changed from one to another.

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import type { Commit, Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Empty, Failed, Modal, Page, Panel, SegmentedControl, Select, TextInput, toast, toastError, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { DataPlaces } from '../parts/data-places'
import { NotAllowed } from '../parts/not-allowed'
import { useQueryState } from '../router'
import { useSession } from '../session'
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

/** Versions, or what is proposed. */
function Views({ project, task }: { project: string; task: Task }) {
  const [query, change] = useQueryState()
  const view = query.get('view') === 'requests' || query.get('request') ? 'requests' : 'versions'
  const waiting = useQuery({ queryKey: ['requests', project, task.name, 'open'], queryFn: () => api.requests(project, task.name, 'open', null) })
  const n = waiting.data?.requests.length ?? 0
  return (
    <>
      <div className="row dataset-views">
        <SegmentedControl
          size="xs"
          aria-label={t('dataset.view')}
          value={view}
          data={[
            { value: 'versions', label: t('dataset.versions') },
            { value: 'requests', label: n > 0 ? `${t('dataset.requests')} (${n})` : t('dataset.requests') },
          ]}
          onChange={(next) => change({ view: next === 'requests' ? next : null, request: null, state: null, version: null, before: null })}
        />
      </div>
      {view === 'requests' ? <Requests project={project} task={task.name} /> : <Versions project={project} task={task} />}
    </>
  )
}

function Versions({ project, task }: { project: string; task: Task }) {
  const { can } = useSession()
  const client = useQueryClient()
  const [query, change] = useQueryState()
  const branch = query.get('branch') ?? MAIN
  const [proposing, setProposing] = useState(false)
  const branches = useQuery({ queryKey: ['branches', project, task.name], queryFn: () => api.branches(project, task.name) })
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
          data={[MAIN, ...(branches.data ?? []).map((one) => one.name).filter((name) => name !== MAIN)]}
          value={branch}
          allowDeselect={false}
          onChange={(name) => change({ branch: name === MAIN ? null : name, version: null })}
        />
        {branch !== MAIN && can('propose') ? <Button onClick={() => setProposing(true)}>{t('dataset.propose', { branch })}</Button> : null}
        {branch !== MAIN && can('train') ? (
          <Button variant="default" onClick={() => void merge()}>
            {t('dataset.merge', { branch })}
          </Button>
        ) : null}
        <Modal opened={proposing} onClose={() => setProposing(false)} title={t('dataset.propose', { branch })} closeButtonProps={{ 'aria-label': t('app.close') }}>
          <Propose project={project} task={task.name} branch={branch} onDone={() => setProposing(false)} />
        </Modal>
      </div>
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
          <Version key={shown.id} project={project} task={task.name} commit={shown} commits={commits} />
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
