// How far people agree: over time, by label, and which labels they mix up.

import type { Agreement as Found } from '../../api/types'
import { t } from '../../i18n'
import { count, Interval, Panel } from '../../ui'
import { Trend } from '../parts/trend'

const plain = (value: number): string => value.toFixed(2)

export function Agreement({ found }: { found: Found }) {
  const { alpha, percent, over_time, by_label, confusions } = found
  return (
    <Panel title={t('quality.agreement')}>
      {alpha.n === 0 ? (
        <p>{t('quality.agreementNone')}</p>
      ) : (
        <>
          <p>
            {t('quality.alpha')} <Figure {...alpha} /> · {t('quality.percent')} <Interval {...percent} />
          </p>
          <p className="dim small">{t('quality.agreementHelp')}</p>
          <Trend points={over_time} name={t('quality.alphaOverTime')} show={plain} limits={[-1, 1]} />
          <div className="quality-two">
            <ByLabel found={by_label} />
            <MixedUp found={confusions} />
          </div>
        </>
      )}
    </Panel>
  )
}

/** Alpha is no share: it is 1 at most, 0 where people agree as by chance, and may be less. */
export function Figure({ value, low, high, n }: Found['alpha']) {
  if (value === null || low === null || high === null) return <span className="dim">–</span>
  return (
    <span className="interval" title={t('app.interval')}>
      <strong>{plain(value)}</strong>{' '}
      <span className="dim">
        ({plain(low)} – {plain(high)}), n = {count(n)}
      </span>
    </span>
  )
}

function ByLabel({ found }: { found: Found['by_label'] }) {
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={t('quality.byLabel')}>
      <table className="table">
        <caption>{t('quality.byLabel')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('quality.label')}</th>
            <th scope="col">{t('quality.alphaShort')}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <tr key={one.label}>
              <th scope="row">{one.label}</th>
              <td>
                <Figure {...one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function MixedUp({ found }: { found: Found['confusions'] }) {
  if (found.length === 0) return <p className="dim">{t('quality.mixedNone')}</p>
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={t('quality.mixed')}>
      <table className="table">
        <caption>{t('quality.mixed')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('quality.labelPair')}</th>
            <th scope="col">{t('quality.mixedShare')}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <tr key={one.labels.join('\n')}>
              <th scope="row">{t('quality.pair', { a: one.labels[0] ?? '', b: one.labels[1] ?? '' })}</th>
              <td>
                <Interval {...one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
