// How many rows are of each class, as bars with their numbers.

import { useState } from 'react'
import type { Balance } from '../../api/types'
import { t } from '../../i18n'
import { Button, count, Panel, percent } from '../../ui'
import { Link } from '../router'
import { paths } from '../routes'

const FEW = 20

export function Classes({ balance, rows, project, linked }: { balance: Balance; rows: number; project: string; linked: boolean }) {
  const [all, setAll] = useState(false)
  const most = balance.classes[0]?.rows ?? 1
  const labelled = rows - balance.missing
  const shown = all ? balance.classes : balance.classes.slice(0, FEW)
  return (
    <Panel title={t('profile.classes', { n: balance.classes.length })} aside={<span className="dim small num">{t('profile.evenness', { x: balance.evenness.toFixed(2) })}</span>}>
      <p className="dim small">{t('profile.labelled', { n: count(labelled), rows: count(rows), missing: count(balance.missing) })}</p>
      <ul className="bars">
        {shown.map((one) => (
          <li key={one.label}>
            <span className="bars-name" dir="auto" title={one.label}>
              {linked ? <Link to={`${paths.items(project)}?label=${encodeURIComponent(one.label)}`}>{one.label}</Link> : one.label}
            </span>
            <span className="bars-track">
              <span className="bars-bar" style={{ inlineSize: `${(one.rows / most) * 100}%` }} />
            </span>
            <span className="bars-n num">
              {count(one.rows)} <span className="dim">{percent(labelled ? one.rows / labelled : 0)}</span>
            </span>
          </li>
        ))}
      </ul>
      {balance.classes.length > FEW ? (
        <Button size="xs" variant="default" onClick={() => setAll(!all)}>
          {t(all ? 'profile.fewer' : 'profile.allClasses', { n: balance.classes.length })}
        </Button>
      ) : null}
    </Panel>
  )
}
