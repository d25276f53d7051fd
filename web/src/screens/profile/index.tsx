// What is in the data: classes, slices, and every field, of the items as they stand or of a version.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api } from '../../api/client'
import type { Profile as Found, Task } from '../../api/types'
import { t } from '../../i18n'
import '../../i18n/data'
import { Button, count, Empty, Failed, Page, Panel, SegmentedControl, Select, toastError, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { DataPlaces } from '../parts/data-places'
import { JobBar, useJob } from '../parts/job-bar'
import { NotAllowed } from '../parts/not-allowed'
import { useQueryState } from '../router'
import { useSession } from '../session'
import { Classes } from './classes'
import { Fields } from './fields'
import { Slices } from './slices'
import './profile.css'

const ITEMS = 'items'

export default function Profile({ project }: { project: string }) {
  const { can } = useSession()
  const found = useProject(project)
  const [task, choose] = useTask(found.data)
  if (!can('export')) return <NotAllowed title={t('data.profile')} />
  const tasks = found.data?.tasks ?? []
  return (
    <Page
      wide
      title={t('data.profile')}
      aside={
        <>
          {tasks.length > 1 && task ? (
            <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={choose} />
          ) : null}
          <DataPlaces project={project} current="profile" />
        </>
      }
    >
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {task ? <OfTask key={task.id} project={project} task={task} /> : <Waiting />}
    </Page>
  )
}

function OfTask({ project, task }: { project: string; task: Task }) {
  const client = useQueryClient()
  const [query, change] = useQueryState()
  const at = query.get('at')
  const profile = useQuery({ queryKey: ['profile', project, task.name, at], queryFn: () => api.profile(project, task.name, at) })
  const versions = useQuery({ queryKey: ['commits', project, task.name, 'main', 'few'], queryFn: () => api.commits(project, task.name, 'main', null) })
  const live = profile.data?.job?.id ?? null
  const job = useJob(live)
  const ended = job.data !== undefined && job.data.finished !== null
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['profile', project] })
  }, [ended, client, project])
  const make = async () => {
    try {
      await api.makeProfile(project, task.name, at)
      await client.invalidateQueries({ queryKey: ['profile', project] })
    } catch (error) {
      toastError(error)
    }
  }
  const told = profile.data?.profile ?? null
  return (
    <>
      <div className="row">
        <Select
          aria-label={t('profile.of')}
          data={[
            { value: ITEMS, label: t('profile.items') },
            ...(versions.data?.commits ?? []).map((one) => ({ value: one.id, label: `${one.id}: ${one.message}` })),
          ]}
          value={at ?? ITEMS}
          allowDeselect={false}
          searchable
          onChange={(value) => change({ at: value === ITEMS ? null : value })}
        />
        <Button variant={told && profile.data?.fresh ? 'default' : 'filled'} disabled={live !== null} onClick={() => void make()}>
          {t(told ? 'profile.again' : 'profile.make')}
        </Button>
        {told && profile.data ? <Made found={profile.data} rows={told.rows} /> : null}
      </div>
      {live && job.data ? (
        <Panel>
          <JobBar job={job.data} title={t('profile.making')} />
        </Panel>
      ) : null}
      {profile.error ? <Failed error={profile.error} retry={() => void profile.refetch()} /> : null}
      {profile.isPending ? <Waiting /> : null}
      {profile.data && !told && !live ? (
        <Empty title={t('profile.none')}>
          <p>{t('profile.noneText')}</p>
        </Empty>
      ) : null}
      {told?.labels ? <Classes balance={told.labels} rows={told.rows} project={project} linked={at === null} /> : null}
      <Slices project={project} heat={told?.slices ?? null} classes={told?.labels?.classes ?? []} rows={told?.rows ?? 0} linked={at === null} />
      {told?.fields ? <Fields fields={told.fields} rows={told.rows} project={project} /> : null}
    </>
  )
}

function Made({ found, rows }: { found: Found; rows: number }) {
  return (
    <span className={found.fresh ? 'dim' : 'profile-old'}>
      {t('profile.rows', { n: count(rows) })} <When iso={found.made} />
      {found.fresh ? null : ` · ${t('profile.old')}`}
    </span>
  )
}
