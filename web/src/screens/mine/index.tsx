// One's own page: how well and how fast one answers, and what experts and reviewers said.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Mine as Found } from '../../api/types'
import { band, domainOf, line, linear, ticks } from '../../core/plot'
import { t } from '../../i18n'
import { Chip, count, Failed, Interval, Page, Panel, percent, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { Link } from '../router'
import { paths } from '../routes'
import './mine.css'

export default function Mine({ project }: { project: string }) {
  const found = useProject(project)
  const [task] = useTask(found.data)
  const mine = useQuery({ queryKey: ['mine', project, task?.name], queryFn: () => api.mine(project, task?.name ?? null), enabled: task !== null })
  return (
    <Page title={t('nav.mine')}>
      {mine.error ? <Failed error={mine.error} retry={() => void mine.refetch()} /> : null}
      {mine.isPending ? <Waiting /> : null}
      {mine.data ? <Shown mine={mine.data} project={project} /> : null}
    </Page>
  )
}

function Shown({ mine, project }: { mine: Found; project: string }) {
  const { practice, skill } = mine
  return (
    <>
      <Panel title={t('mine.you')}>
        {mine.state === 'active' ? null : <p className="mine-note">{mine.reason ?? t(`team.state.${mine.state}`)}</p>}
        {practice.qualified ? null : <p className="mine-note">{t('mine.practice', { right: practice.right, of: practice.of, left: practice.left })}</p>}
        <p>
          {t('mine.answers', { n: mine.answers })}
          {mine.median_seconds === null ? null : <> · {t('mine.pace', { seconds: mine.median_seconds.toFixed(1) })}</>}
        </p>
        {skill ? (
          <p>
            {t('mine.accuracy')} <Interval {...skill.accuracy} />
          </p>
        ) : (
          <p className="dim">{t('mine.unknown')}</p>
        )}
        <Trend trend={mine.trend} />
        <p className="dim small">{t('mine.how')}</p>
      </Panel>
      <Panel title={t('mine.feedback')}>
        {mine.feedback.length === 0 ? (
          <p className="dim">{t('mine.noFeedback')}</p>
        ) : (
          <ul className="mine-feedback">
            {mine.feedback.map((one, i) => (
              <li key={i}>
                <Link to={paths.item(project, one.item)}>{one.item}</Link>
                <span>
                  {t('mine.yours')} <Chip>{labelsOf(one.yours)}</Chip>
                </span>
                <span>
                  {one.verdict ? t('mine.verdict') : t('mine.rejected')} {one.verdict ? <Chip tone="accent">{labelsOf(one.verdict)}</Chip> : null}
                </span>
                {one.reason ? <q dir="auto">{one.reason}</q> : null}
                <span className="dim small">
                  <When iso={one.at} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  )
}

const labelsOf = (value: Record<string, unknown> | null): string =>
  Array.isArray(value?.labels) ? value.labels.join(', ') || t('label.outcome.none') : '–'

const WIDTH = 640
const HEIGHT = 200
const LEFT = 60
const BOTTOM = 24

/** Measured accuracy with its interval, in the order of time. */
function Trend({ trend }: { trend: Found['trend'] }) {
  const points = trend.flatMap(({ value, low, high }) => (value === null || low === null || high === null ? [] : [{ value, low, high }]))
  if (points.length < 2) return null
  const y = linear(domainOf(points.flatMap((one) => [one.low, one.high]), [0, 1]), [HEIGHT - BOTTOM, 10])
  const x = linear([0, Math.max(1, points.length - 1)], [LEFT, WIDTH - 10])
  const at = (value: (one: (typeof points)[number]) => number) => points.map((one, i) => [x(i), y(value(one))] as const)
  const shown = domainOf(points.flatMap((one) => [one.low, one.high]), [0, 1])
  return (
    <svg className="curve mine-trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('mine.trend', { n: count(points.length) })}>
      {ticks(shown, 4).map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={WIDTH - 10} y1={y(tick)} y2={y(tick)} className="curve-grid" />
          <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end" className="curve-tick">
            {percent(tick, 0)}
          </text>
        </g>
      ))}
      <path d={band(at((one) => one.high), at((one) => one.low))} className="curve-band" />
      <path d={line(at((one) => one.value))} className="curve-line" />
    </svg>
  )
}
