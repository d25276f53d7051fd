// One's own page: how well and how fast one answers, and what experts and reviewers said.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Mine as Found } from '../../api/types'
import { t } from '../../i18n'
import { Chip, Failed, Interval, Page, Panel, percent, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { Classes } from '../parts/classes'
import { Trend } from '../parts/trend'
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
        <Trend points={mine.trend} name={t('mine.trend', { n: mine.trend.length })} show={(value) => percent(value, 0)} />
        <p className="dim small">{t('mine.how')}</p>
      </Panel>
      {mine.classes.length > 0 ? (
        <Panel title={t('skill.byLabel')}>
          <Trend points={mine.periods} name={t('skill.periods', { name: t('team.you') })} show={(value) => percent(value, 0)} />
          <p className="dim small">{t('skill.help')}</p>
          <Classes found={mine.classes} />
        </Panel>
      ) : null}
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
