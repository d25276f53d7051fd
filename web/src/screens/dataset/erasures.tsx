// The log of what was erased: how far it is, what was blanked, what is left to people.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { curation, type Erasure } from '../../api/curation'
import { t, tOr } from '../../i18n'
import { Button, Chip, count, Empty, Failed, Panel, Progress, toastError, Waiting, When } from '../../ui'
import { isLive, JobBar, useJob } from '../parts/job-bar'
import { Link, useQueryState } from '../router'
import { paths } from '../routes'

const LOOK_MS = 2_000

export function Erasures({ project }: { project: string }) {
  const client = useQueryClient()
  const [query, change] = useQueryState()
  const started = query.get('job')
  const job = useJob(started)
  const found = useQuery({
    queryKey: ['erasures', project],
    queryFn: () => curation.erasures(project),
    refetchInterval: (state) => (state.state.data?.some((one) => one.state === 'running') ? LOOK_MS : false),
  })
  const ended = job.data !== undefined && !isLive(job.data)
  useEffect(() => {
    if (ended) for (const name of ['erasures', 'items', 'item', 'project', 'commits']) void client.invalidateQueries({ queryKey: [name] })
  }, [ended, client])
  const goOn = async () => {
    try {
      const made = await curation.goOnErasing(project)
      if (made.job) change({ job: made.job.id })
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <Panel title={t('erasures.title')}>
      <p className="dim">
        {t('erasures.text')} <Link to={paths.items(project)}>{t('nav.items')}</Link>
      </p>
      {job.data ? (
        <div className="erasures-job">
          <JobBar job={job.data} title={t('erasures.running')} />
        </div>
      ) : null}
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {found.isPending ? <Waiting /> : null}
      {found.data?.length === 0 ? (
        <Empty title={t('erasures.none')}>
          <p>{t('erasures.noneText')}</p>
        </Empty>
      ) : null}
      <ul className="freezes">
        {(found.data ?? []).map((one) => (
          <Line key={one.id} one={one} goOn={job.data && isLive(job.data) ? null : () => void goOn()} />
        ))}
      </ul>
    </Panel>
  )
}

function Line({ one, goOn }: { one: Erasure; goOn: (() => void) | null }) {
  const done = one.state === 'done'
  const counts = Object.entries(one.counts).filter(([, n]) => n > 0)
  return (
    <li className="freeze">
      <span className="row">
        <Chip tone={done ? 'good' : 'suggest'}>{t(`erasures.state.${one.state}`)}</Chip>
        <strong>{t('erasures.items', { n: one.count })}</strong>
        <code>{one.id}</code>
      </span>
      <p dir="auto">{one.reason}</p>
      <p className="dim small">
        {t('erasures.by', { who: one.actor.name })} <When iso={one.created} />
      </p>
      {done ? null : (
        <>
          <Progress value={one.count ? (one.done / one.count) * 100 : 0} aria-label={t('erasures.progress', { done: one.done, n: one.count })} />
          <p className="row small num">
            {t('erasures.progress', { done: one.done, n: one.count })}
            {goOn ? (
              <Button size="xs" variant="default" onClick={goOn}>
                {t('erasures.goOn')}
              </Button>
            ) : null}
          </p>
        </>
      )}
      {counts.length > 0 ? (
        <p className="dim small num">
          {t('erasures.blanked')}: {counts.map(([name, n]) => `${tOr(`erasures.count.${name}`, name)} ${count(n)}`).join(', ')}
        </p>
      ) : null}
      {one.left.length > 0 ? (
        <>
          <p className="small">{t('erasures.left')}</p>
          <ul className="erasures-left small">
            {one.left.map((left) => (
              <li key={left}>{left}</li>
            ))}
          </ul>
        </>
      ) : null}
    </li>
  )
}
