// Questions by lane and state.

import { t } from '../../i18n'
import { count } from '../../ui'

const ORDER = ['open', 'claimed', 'answered', 'resolved', 'skipped', 'escalated', 'stale', 'withdrawn', 'expired']
const SHOWN_LANES = ['label', 'expert', 'decide'] as const

export function Lanes({ lanes }: { lanes: Record<string, Record<string, number>> }) {
  const shown = SHOWN_LANES.filter((lane) => Object.values(lanes[lane] ?? {}).some((n) => n > 0))
  if (shown.length === 0) return <p className="dim">{t('home.noQuestions')}</p>
  return (
    <div className="stack">
      {shown.map((lane) => (
        <Lane key={lane} name={t(`home.lane.${lane}`)} states={lanes[lane] ?? {}} />
      ))}
    </div>
  )
}

function Lane({ name, states }: { name: string; states: Record<string, number> }) {
  const present = ORDER.filter((state) => (states[state] ?? 0) > 0)
  const total = present.reduce((sum, state) => sum + (states[state] ?? 0), 0)
  return (
    <div className="lane">
      <h3>{name}</h3>
      <div className="lane-bar" aria-hidden="true">
        {present.map((state) => (
          <span key={state} className={`lane-part lane-${state}`} style={{ flexGrow: Math.max(states[state] ?? 0, total * 0.012) }} />
        ))}
      </div>
      <ul className="lane-list num">
        {present.map((state) => (
          <li key={state}>
            <span className={`lane-swatch lane-${state}`} aria-hidden="true" />
            {count(states[state] ?? 0)} {t(`state.${state}`)}
          </li>
        ))}
      </ul>
    </div>
  )
}
