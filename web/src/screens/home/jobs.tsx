// What the machine is doing, with a bar for everything that takes a while.

import { api } from '../../api/client'
import type { Job } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Progress, toastError, When } from '../../ui'
import { useSession } from '../session'

export function Jobs({ jobs }: { jobs: readonly Job[] }) {
  const { can } = useSession()
  if (jobs.length === 0) return <p className="dim">{t('home.jobsNone')}</p>
  return (
    <ul className="jobs">
      {jobs.map((job) => (
        <JobLine key={job.id} job={job} mayCancel={can('train')} />
      ))}
    </ul>
  )
}

const TONES = { done: 'good', failed: 'bad', running: 'accent', queued: 'plain', cancelled: 'plain' } as const

function JobLine({ job, mayCancel }: { job: Job; mayCancel: boolean }) {
  const alive = job.state === 'running' || job.state === 'queued'
  const part = job.total ? (job.done / job.total) * 100 : null
  return (
    <li className="job">
      <div className="row spread">
        <span>
          <strong>{job.kind}</strong> {job.task ? <span className="dim">{job.task}</span> : null}
        </span>
        <span className="row">
          <span className="dim small">
            <When iso={job.finished ?? job.started ?? job.created} />
          </span>
          <Chip tone={TONES[job.state]}>{t(`home.jobState.${job.state}`)}</Chip>
        </span>
      </div>
      {job.state === 'running' ? (
        <Progress value={part ?? 100} striped={part === null} animated aria-label={`${job.kind}: ${t('home.jobState.running')}`} size="sm" />
      ) : null}
      {job.error ? <p className="job-error small">{job.error.message}</p> : job.message ? <p className="dim small" title={job.message}>{job.message}</p> : null}
      {alive && mayCancel ? (
        <Button size="compact-xs" variant="subtle" onClick={() => void api.cancelJob(job.id).catch(toastError)}>
          {t('home.cancelJob')}
        </Button>
      ) : null}
    </li>
  )
}
