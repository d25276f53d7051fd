// What the last training changed: predictions that flipped, and recall by label before and after.

import type { ClassChange, SinceLast } from '../../api/types'
import { t } from '../../i18n'
import { Chip, percent } from '../../ui'
import { Link } from '../router'
import { paths } from '../routes'

const EXAMPLES = 8
const CLASSES = 12
const WIDTH = 300

export function Since({ since, project }: { since: SinceLast | null; project: string }) {
  if (!since) return <p className="dim">{t('home.sinceNone')}</p>
  const changed = since.per_class
    .filter((row) => change(row) > 0)
    .sort((a, b) => change(b) - change(a))
    .slice(0, CLASSES)
  return (
    <div className="stack">
      <p className="num">
        {t('home.flipped', { flipped: since.flipped.toLocaleString(), n: since.compared.toLocaleString(), from: since.from, to: since.to })}
      </p>
      {since.examples.length > 0 ? (
        <ul className="flips">
          {since.examples.slice(0, EXAMPLES).map((one) => (
            <li key={one.item}>
              <Link to={paths.item(project, one.item)}>{one.item}</Link>
              <Chip>{one.from}</Chip>
              <span aria-hidden="true">→</span>
              <Chip tone="accent">{one.to}</Chip>
            </li>
          ))}
        </ul>
      ) : null}
      {changed.length === 0 ? <p className="dim small">{t('home.recallSame')}</p> : null}
      {changed.length > 0 ? (
        <div>
          <h3>{t('home.recallChange')}</h3>
          <ul className="recall">
            {changed.map((row) => (
              <Recall key={row.label} row={row} />
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  )
}

/** How far recall moved; 0 where the test set has no item of the label. */
const change = ({ recall_before: before, recall_after: after }: ClassChange) =>
  before === null || after === null ? 0 : Math.abs(after - before)

function Recall({ row }: { row: ClassChange }) {
  const before = row.recall_before ?? 0
  const after = row.recall_after ?? 0
  const x = (value: number) => 8 + value * (WIDTH - 16)
  const kind = after > before ? 'recall-up' : after < before ? 'recall-down' : ''
  return (
    <li>
      <span className="recall-label" dir="auto">{row.label}</span>
      <svg viewBox={`0 0 ${WIDTH} 18`} className={kind} aria-hidden="true">
        <line x1={8} x2={WIDTH - 8} y1={9} y2={9} className="recall-rail" />
        <line x1={x(before)} x2={x(after)} y1={9} y2={9} className="recall-move" />
        <circle cx={x(before)} cy={9} r={4} className="recall-before" />
        <circle cx={x(after)} cy={9} r={5.5} className="recall-after" />
      </svg>
      <span className="num small" aria-label={t('home.change', { label: row.label, before: percent(before, 0), after: percent(after, 0) })}>
        {percent(before, 0)} → {percent(after, 0)}
      </span>
    </li>
  )
}
