// The nine steps as a loop. The steps of people and those of the machine are told apart by colour and by a mark.

import type { ComponentType } from 'react'
import type { Step, StepName } from '../../api/types'
import { t } from '../../i18n'
import * as ui from '../../ui'
import { Link } from '../router'
import { paths } from '../routes'
import { useSession } from '../session'

const ICONS: Record<StepName, ComponentType<{ size?: number }>> = {
  collect: ui.CollectIcon,
  select: ui.SelectIcon,
  ask: ui.AskIcon,
  resolve: ui.ResolveIcon,
  commit: ui.CommitIcon,
  train: ui.TrainIcon,
  evaluate: ui.EvaluateIcon,
  release: ui.ReleaseIcon,
  monitor: ui.MonitorIcon,
}
const PEOPLE = new Set<StepName>(['ask', 'release'])
const LEADS: Partial<Record<StepName, (project: string) => string>> = {
  collect: paths.items,
  ask: paths.label,
  release: paths.decide,
}

export function Loop({ steps, project }: { steps: readonly Step[]; project: string }) {
  return (
    <div className="loop">
      <svg className="loop-thread" viewBox="0 0 1000 240" preserveAspectRatio="none" aria-hidden="true">
        <path d="M100 54.600H880Q960 54.600 960 120T880 185.400H120Q40 185.400 40 120T100 54.600" vectorEffect="non-scaling-stroke" />
      </svg>
      <ol className="loop-steps">
        {steps.map((step, i) => (
          <StepCard key={step.step} step={step} number={i + 1} project={project} />
        ))}
        <li className="loop-again" aria-hidden="true">
          <ui.HomeIcon size={18} />
          {t('home.again')}
        </li>
      </ol>
    </div>
  )
}

function StepCard({ step, number, project }: { step: Step; number: number; project: string }) {
  const { can } = useSession()
  const Icon = ICONS[step.step]
  const lead = LEADS[step.step]
  const allowed = step.step !== 'release' || can('answer_decide')
  const people = PEOPLE.has(step.step)
  const inside = (
    <>
      <span className="loop-head">
        <Icon size={20} />
        <span className="loop-name">{t(`home.step.${step.step}`)}</span>
        <span className="loop-dot" title={t(`home.state.${step.state}`)} />
      </span>
      <span className="loop-text num">{step.text}</span>
      <span className="hidden-text">
        {t(people ? 'home.people' : 'home.machine')}, {t(`home.state.${step.state}`)}
      </span>
    </>
  )
  const kind = `loop-card loop-${people ? 'people' : 'machine'} loop-is-${step.state}`
  return (
    <li className="loop-step" data-number={number}>
      {lead && allowed ? (
        <Link to={lead(project)} className={kind}>
          {inside}
        </Link>
      ) : (
        <div className={kind}>{inside}</div>
      )}
    </li>
  )
}
