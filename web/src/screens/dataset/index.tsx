// The versions of a task's dataset: a log by branch, and what changed from one to another.

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Commit, Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Empty, Failed, Page, Panel, SegmentedControl, Select, toast, toastError, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { NotAllowed } from '../parts/not-allowed'
import { DataPlaces } from '../parts/data-places'
import { useQueryState } from '../router'
import { useSession } from '../session'
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
      {task ? <Versions key={task.id} project={project} task={task} /> : <Waiting />}
    </Page>
  )
}

function Versions({ project, task }: { project: string; task: Task }) {
  const { can } = useSession()
  const client = useQueryClient()
  const [query, change] = useQueryState()
  const branch = query.get('branch') ?? MAIN
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
      toast(t('dataset.merged', { n: made.conflicts.length }))
      await client.invalidateQueries({ queryKey: ['commits', project] })
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
        {branch !== MAIN && can('train') ? (
          <Button variant="default" onClick={() => void merge()}>
            {t('dataset.merge', { branch })}
          </Button>
        ) : null}
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
        </span>
        <span className="dim small num">{t('dataset.rows', { n: commit.rows, changed: commit.changed.toLocaleString() })}</span>
        <span className="dim small">
          {commit.author.name}, <When iso={commit.created} />
        </span>
      </button>
    </li>
  )
}
