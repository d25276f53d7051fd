// How good the labels are, what they cost, and whether people follow suggestions because they are there.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Anchoring, Measured, Quality as Found } from '../../api/types'
import { t } from '../../i18n'
import { Button, count, Failed, Interval, Page, Panel, percent, SegmentedControl, span, toastError, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { NotAllowed } from '../parts/not-allowed'
import { useSession } from '../session'
import { Agreement } from './agreement'
import { Suspects } from './suspects'
import './quality.css'

export default function Quality({ project }: { project: string }) {
  const { can } = useSession()
  const found = useProject(project)
  const [task, choose] = useTask(found.data)
  const quality = useQuery({
    queryKey: ['quality', project, task?.name],
    queryFn: () => api.quality(project, task?.name ?? null),
    enabled: can('read_people') && task !== null,
  })
  if (!can('read_people')) return <NotAllowed title={t('nav.quality')} />
  const tasks = found.data?.tasks ?? []
  const aside =
    tasks.length > 1 && task ? (
      <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={choose} />
    ) : null
  return (
    <Page title={t('nav.quality')} aside={aside}>
      {quality.error ? <Failed error={quality.error} retry={() => void quality.refetch()} /> : null}
      {quality.isPending ? <Waiting /> : null}
      {quality.data ? (
        <>
          <AsOf found={quality.data} project={project} />
          <Figures found={quality.data} />
          {quality.data.agreement ? <Agreement found={quality.data.agreement} /> : null}
          <Suggestions found={quality.data} />
          {task ? <Suspects project={project} task={task.name} multi={task.multi} /> : null}
        </>
      ) : null}
    </Page>
  )
}

/** When it was measured, and a way to have it measured now. */
function AsOf({ found, project }: { found: Found; project: string }) {
  const { can } = useSession()
  const client = useQueryClient()
  const [waiting, wait] = useState(false)
  const measure = async () => {
    wait(true)
    try {
      let job = await api.measure(project, found.task)
      while (job.state === 'queued' || job.state === 'running') {
        await new Promise((done) => setTimeout(done, 700))
        job = await api.job(job.id)
      }
      await client.invalidateQueries({ queryKey: ['quality', project] })
    } catch (error) {
      toastError(error)
    } finally {
      wait(false)
    }
  }
  return (
    <div className="quality-as-of">
      <p className="dim">
        {found.as_of === null ? (
          t('quality.never')
        ) : (
          <>
            {t('quality.asOf')} <When iso={found.as_of} />
          </>
        )}
        {found.behind > 0 ? <> · {t('quality.behind', { n: found.behind })}</> : null}
      </p>
      {can('train') ? (
        <Button size="xs" variant="default" loading={waiting} onClick={() => void measure()}>
          {t('quality.measure')}
        </Button>
      ) : null}
    </div>
  )
}

function Figures({ found }: { found: Found }) {
  const seconds = found.seconds_per_label
  const figures: [string, string, string][] = [
    [t('quality.labels'), count(found.labels), t('quality.labelsHelp', { n: found.answers, people: found.people })],
    [t('quality.answersPer'), found.answers_per_label?.toFixed(2) ?? '–', t('quality.answersPerHelp')],
    [t('quality.secondsPer'), seconds === null ? '–' : span(seconds), t('quality.secondsPerHelp')],
    [
      t('quality.moneyPer'),
      found.money_per_label === null ? '–' : found.money_per_label.toFixed(2),
      found.money === null ? t('quality.moneyNone') : t('quality.moneyHelp', { money: found.money.toFixed(2), time: span(found.minutes * 60) }),
    ],
    found.confidence === null
      ? [t('quality.confidence'), '–', t('quality.confidenceNone')]
      : [t('quality.confidence'), percent(found.confidence), t('quality.confidenceHelp')],
    [t('quality.gold'), count(found.gold.items), t('quality.goldHelp', { n: found.gold.checks })],
    [t('quality.conflicts'), count(found.conflicts.open), t('quality.conflictsHelp', { n: found.conflicts.settled })],
  ]
  return (
    <Panel title={t('quality.worth')}>
      <dl className="quality-figures">
        {figures.map(([name, value, help]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="quality-value num">{value}</dd>
            <dd className="dim small">{help}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

function Suggestions({ found }: { found: Found }) {
  const { all, actors, blind_share } = found.anchoring
  return (
    <Panel title={t('quality.anchoring')}>
      <p className="dim">{t('quality.anchoringHelp', { share: percent(blind_share, 0) })}</p>
      {all === null ? (
        <p>{t('quality.anchoringNone')}</p>
      ) : (
        <div className="table-box" tabIndex={0} role="region" aria-label={t('quality.table')}>
          <table className="table quality-table">
            <thead>
              <tr>
                <th scope="col">{t('team.name')}</th>
                <th scope="col">{t('quality.shown')}</th>
                <th scope="col">{t('quality.blind')}</th>
                <th scope="col">{t('quality.wrong')}</th>
              </tr>
            </thead>
            <tbody>
              <Line name={t('quality.everybody')} one={all} />
              {actors.map((one) => (
                <Line key={one.actor.id} name={one.actor.name} one={one} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

function Line({ name, one }: { name: string; one: Anchoring }) {
  return (
    <>
      <tr className={one.warning ? 'quality-warned' : undefined}>
        <th scope="row">{name}</th>
        <td>
          <Share of={one.shown} />
        </td>
        <td>
          <Share of={one.blind} />
        </td>
        <td>
          <Share of={one.wrong} />
        </td>
      </tr>
      {one.warning ? (
        <tr>
          <td colSpan={4}>
            <p className="quality-warning">{one.warning}</p>
          </td>
        </tr>
      ) : null}
    </>
  )
}

const Share = ({ of }: { of: Measured | null }) => (of === null ? <span className="dim">–</span> : <Interval {...of} />)
