// A file on its way into the project: sent, looked at, imported by a job, and what was refused of it.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, type Reading } from '../../api/client'
import type { Task } from '../../api/types'
import { t } from '../../i18n'
import '../../i18n/data'
import { Button, Failed, Page, Panel, Progress, SegmentedControl, toastError, Waiting } from '../../ui'
import { useProject, useTask } from '../data'
import { DataPlaces } from '../parts/data-places'
import { isLive, JobBar, useJob } from '../parts/job-bar'
import { NotAllowed } from '../parts/not-allowed'
import { useQueryState } from '../router'
import { useSession } from '../session'
import { Drop } from './drop'
import { Look } from './look'
import { Report } from './report'
import './import.css'

export default function Import({ project }: { project: string }) {
  const { can } = useSession()
  const found = useProject(project)
  const [task, choose] = useTask(found.data)
  const [query] = useQueryState()
  if (!can('add_items')) return <NotAllowed title={t('data.import')} />
  const tasks = found.data?.tasks ?? []
  const started = query.get('job') !== null
  return (
    <Page
      wide
      title={t('data.import')}
      aside={
        <>
          {tasks.length > 1 && task && !started ? (
            <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={choose} />
          ) : null}
          <DataPlaces project={project} current="import" />
        </>
      }
    >
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {task ? <Steps key={task.id} project={project} task={task} /> : <Waiting />}
    </Page>
  )
}

function Steps({ project, task }: { project: string; task: Task }) {
  const [query, change] = useQueryState()
  const upload = query.get('upload')
  const job = query.get('job')
  const [sent, setSent] = useState<number | null>(null)
  const send = async (file: File) => {
    setSent(0)
    try {
      const found = await api.sendFile(project, task.name, file, setSent)
      change({ upload: found.id }, { push: true })
    } catch (error) {
      toastError(error)
    } finally {
      setSent(null)
    }
  }
  if (job) return <Running project={project} id={job} again={() => change({ upload: null, job: null })} />
  if (upload) return <Looking project={project} task={task} upload={upload} />
  if (sent !== null)
    return (
      <Panel title={t('import.sending')}>
        <Progress value={sent * 100} animated aria-label={t('import.sending')} />
      </Panel>
    )
  return <Drop onFile={(file) => void send(file)} />
}

function Looking({ project, task, upload }: { project: string; task: Task; upload: string }) {
  const [, change] = useQueryState()
  const [reading, setReading] = useState<Reading>({})
  const look = useQuery({
    queryKey: ['upload', upload, task.name, reading],
    queryFn: () => api.lookAtUpload(project, task.name, upload, reading),
    placeholderData: (before) => before,
    staleTime: Infinity,
  })
  const start = async () => {
    try {
      const job = await api.bringUpload(project, task.name, upload, chosen())
      change({ job: job.id }, { push: true })
    } catch (error) {
      toastError(error)
    }
  }
  // What was shown is what is done: a guess becomes a choice when somebody says yes to it.
  const chosen = (): Reading => {
    const guess = look.data?.preview.guess
    if (!guess || reading.columns) return reading
    const { fields, label, key, split, separator, also, tags } = guess
    return { ...reading, columns: { fields, label, key, split, separator, also, tags } }
  }
  const forget = async () => {
    try {
      await api.forgetUpload(project, upload)
    } catch {
      // It is gone already, or will be in a day.
    }
    change({ upload: null })
  }
  return (
    <>
      {look.error ? (
        <>
          <Failed error={look.error} retry={() => void look.refetch()} />
          <div className="row">
            <Button variant="default" onClick={() => void forget()}>
              {t('import.other')}
            </Button>
          </div>
        </>
      ) : null}
      {look.isPending && !look.error ? <Waiting what={t('import.looking')} /> : null}
      {look.data ? (
        <Look project={project} task={task} found={look.data} reading={reading} busy={look.isPlaceholderData} onReading={setReading} onForget={() => void forget()} onStart={() => void start()} />
      ) : null}
    </>
  )
}

function Running({ project, id, again }: { project: string; id: string; again(): void }) {
  const client = useQueryClient()
  const job = useJob(id)
  const ended = job.data !== undefined && !isLive(job.data)
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['project', project] })
  }, [ended, client, project])
  return (
    <>
      {job.error ? <Failed error={job.error} retry={() => void job.refetch()} /> : null}
      {job.isPending ? <Waiting /> : null}
      {job.data ? (
        <Panel>
          <JobBar job={job.data} title={t('import.running')} />
        </Panel>
      ) : null}
      {ended ? <Report project={project} id={id} again={again} /> : null}
    </>
  )
}
