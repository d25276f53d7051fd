// One job that this screen started: how far it is, a way to stop it, and what went wrong.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Job } from '../../api/types'
import { t } from '../../i18n'
import { Button, Progress, toastError } from '../../ui'

const LIVE = ['queued', 'running']
const LOOK_MS = 700

export const isLive = (job: Job): boolean => LIVE.includes(job.state)

/** The job of that id, looked at again and again until it has ended. */
export const useJob = (id: string | null) =>
  useQuery({
    queryKey: ['job', id],
    queryFn: () => api.job(id ?? ''),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data && !isLive(query.state.data) ? false : LOOK_MS),
  })

export function JobBar({ job, title }: { job: Job; title: string }) {
  const share = job.total && job.state === 'running' ? Math.min(100, (job.done / job.total) * 100) : null
  return (
    <div className="stack" role="status">
      <div className="row spread">
        <strong>{title}</strong>
        {isLive(job) ? (
          <Button size="compact-sm" variant="default" onClick={() => void api.cancelJob(job.id).catch(toastError)}>
            {t('home.cancelJob')}
          </Button>
        ) : null}
      </div>
      {isLive(job) ? <Progress value={share ?? 100} striped={share === null} animated aria-label={title} /> : null}
      <p className={job.error ? 'job-error' : 'dim'}>{job.error ? job.error.message : job.message || t(`home.jobState.${job.state}`)}</p>
    </div>
  )
}
