// The last answers, newest first: what undo goes back through.

import type { Done } from '../../core/queue'
import { t } from '../../i18n'
import { imageOf, ItemThumb, textOf } from '../parts/item-thumb'

const SHOWN = 8

export function answerText({ answer }: Done): string {
  if (answer.outcome !== 'answered') return t(`label.outcome.${answer.outcome}`)
  const { labels } = (answer.value ?? {}) as { labels?: string[] }
  return labels && labels.length > 0 ? labels.join(', ') : t('label.outcome.none')
}

function Picture({ data }: { data: Record<string, unknown> }) {
  return imageOf(data) ? <ItemThumb data={data} size={26} /> : null
}

export function Trail({ done }: { done: readonly Done[] }) {
  const last = done.slice(-SHOWN).reverse()
  return (
    <section className="trail" aria-label={t('label.trail')}>
      {last.length === 0 ? <p className="dim small">{t('label.trailEmpty')}</p> : null}
      <ol>
        {last.map((one) => (
          <li key={one.answer.id} className={`trail-one trail-${one.answer.outcome}`} title={textOf(one.question.items[0]?.data ?? {})}>
            <Picture data={one.question.items[0]?.data ?? {}} />
            <span className="trail-text">{answerText(one)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
