// The project at a glance: the loop, how good the model is, what waits.

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Overview } from '../../api/types'
import { t } from '../../i18n'
import { ArrowIcon, Button, DecideIcon, Failed, Key, Page, Panel, SegmentedControl, toast, toastError, Waiting, When } from '../../ui'
import { besides, useOverview, useProject, useTask } from '../data'
import { homeKeys } from '../keys'
import { Link, navigate } from '../router'
import { paths } from '../routes'
import { useKeys, useSession } from '../session'
import { Curve } from './curve'
import { Jobs } from './jobs'
import { Lanes } from './lanes'
import { Loop } from './loop'
import { measured } from './points'
import { Since } from './since'
import './home.css'

export default function Home({ project: name }: { project: string }) {
  const project = useProject(name)
  const [task, setTask] = useTask(project.data)
  const overview = useOverview(name, besides(project.data, task), project.data !== undefined)
  const error = project.error ?? overview.error
  const data = overview.data
  const tasks = project.data?.tasks ?? []
  return (
    <Page
      wide
      title={name}
      aside={
        <>
          {tasks.length > 1 && task ? (
            <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={setTask} />
          ) : null}
          {data ? <Act project={name} overview={data} /> : null}
        </>
      }
    >
      {error ? <Failed error={error} retry={() => void (project.error ? project.refetch() : overview.refetch())} /> : null}
      {!data && !error ? <Waiting /> : null}
      {data ? <Parts project={name} overview={data} /> : null}
    </Page>
  )
}

function Act({ project, overview }: { project: string; overview: Overview }) {
  const { can } = useSession()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const train = async () => {
    setBusy(true)
    try {
      await api.train(project, overview.task.name)
      toast(t('home.training'))
      await client.invalidateQueries({ queryKey: ['overview'] })
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(false)
    }
  }
  const may = can('train')
  useKeys(may ? homeKeys : null, () => void train())
  return (
    <>
      {may ? (
        <Button variant="default" onClick={() => void train()} loading={busy} rightSection={<Key k="t" />} aria-keyshortcuts="t">
          {t('home.train')}
        </Button>
      ) : null}
      {can('answer_label') ? (
        <Button onClick={() => navigate(paths.label(project))} rightSection={<ArrowIcon size={16} />}>
          {t('home.labelGo')}
        </Button>
      ) : null}
    </>
  )
}

function Parts({ project, overview }: { project: string; overview: Overview }) {
  const { can } = useSession()
  const waiting = overview.decisions_open
  return (
    <>
      {waiting > 0 && can('answer_decide') ? (
        <Link to={paths.decide(project)} className="home-banner">
          <DecideIcon size={26} />
          <span className="grow">
            <strong>{t('home.decision', { n: waiting })}</strong>
            <span>{t('home.decisionText')}</span>
          </span>
          <ArrowIcon />
        </Link>
      ) : null}
      {overview.findings.length > 0 ? (
        <Panel title={t('home.findings')}>
          <ul className="home-findings">
            {overview.findings.map((finding) => (
              <li key={finding.check} data-severity={finding.severity}>
                {finding.message}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      <Panel title={t('home.loop')} aside={<Legend />} className="home-loop-panel">
        <Loop steps={overview.steps} project={project} />
      </Panel>
      <div className="home-grid">
        <div className="home-column">
          <Panel title={t('home.curve')}>
            <Curve points={overview.curve} forecast={overview.forecast} />
          </Panel>
          <Panel title={t('home.since')}>
            <Since since={overview.since_last} project={project} />
          </Panel>
          <Panel title={t('home.jobs')}>
            <Jobs jobs={overview.jobs} />
          </Panel>
        </div>
        <div className="home-column">
          <Panel title={t('home.release')}>
            <Released overview={overview} />
          </Panel>
          <Panel title={t('home.you')}>
            <You me={overview.me} />
          </Panel>
          <Panel title={t('home.questions')}>
            <Lanes lanes={overview.lanes} />
          </Panel>
        </div>
      </div>
    </>
  )
}

function Legend() {
  return (
    <span className="loop-legend small">
      <span className="loop-key loop-key-people">{t('home.people')}</span>
      <span className="loop-key loop-key-machine">{t('home.machine')}</span>
    </span>
  )
}

function Released({ overview }: { overview: Overview }) {
  const { release, curve } = overview
  if (!release) return <p className="dim">{t('home.releaseNone')}</p>
  const point = curve.filter(measured).find((one) => one.model === release.model)
  return (
    <div className="home-release">
      <strong>{t('home.releaseModel', { number: release.number ?? release.model })}</strong>
      {point ? (
        <span className="num">
          {t('decision.metric', {
            value: `${(point.accuracy * 100).toFixed(1)} %`,
            low: `${(point.low * 100).toFixed(1)} %`,
            high: `${(point.high * 100).toFixed(1)} %`,
            n: point.n,
          })}
        </span>
      ) : null}
      <span className="dim small">
        <When iso={release.since} />
      </span>
    </div>
  )
}

function You({ me }: { me: Overview['me'] }) {
  return (
    <div className="home-you num">
      <strong>{t('home.youToday', { n: me.answers_today })}</strong>
      <span className="dim">{t('home.youAll', { n: me.answers })}</span>
      {me.median_seconds !== null ? <span className="dim">{t('home.youPace', { seconds: me.median_seconds.toFixed(1) })}</span> : null}
    </div>
  )
}
