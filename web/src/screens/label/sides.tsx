// What people said about an item on which they differ: each value with how many gave it and why, never who.

import { t } from '../../i18n'
import { Chip } from '../../ui'

interface Side {
  value: { labels?: string[] } | null
  outcome: string
  n: number
  reasons: string[]
}

const sidesOf = (body: Record<string, unknown> | null): Side[] => (Array.isArray(body?.values) ? (body.values as Side[]) : [])

const named = ({ outcome, value }: Side): string =>
  outcome === 'answered' ? value?.labels?.join(', ') || t('label.outcome.none') : t(`label.outcome.${outcome}`)

export function Sides({ body }: { body: Record<string, unknown> | null }) {
  const sides = sidesOf(body)
  if (sides.length === 0) return null
  return (
    <section className="desk-sides" aria-label={t('review.sides')}>
      <h2>{t('review.sides')}</h2>
      <ul>
        {sides.map((side, i) => (
          <li key={i}>
            <Chip tone={side.outcome === 'answered' ? 'accent' : 'plain'}>{named(side)}</Chip>
            <span className="dim num">{t('review.people', { n: side.n })}</span>
            {side.reasons.map((reason, k) => (
              <q key={k} dir="auto">
                {reason}
              </q>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}
