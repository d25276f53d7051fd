// A measured number over time, with its interval. The same numbers stand below as a table.

import { band, domainOf, line, linear, ticks } from '../../core/plot'
import { t } from '../../i18n'
import { count } from '../../ui'
import './trend.css'

export interface TrendPoint {
  value: number | null
  low: number | null
  high: number | null
  n: number
  at: string
}

interface TrendProps {
  points: readonly TrendPoint[]
  /** What is shown, for whoever cannot see it. */
  name: string
  /** How a number is written. */
  show(value: number): string
  limits?: readonly [number, number]
}

const WIDTH = 640
const HEIGHT = 200
const LEFT = 60
const BOTTOM = 24

export function Trend({ points: all, name, show, limits = [0, 1] }: TrendProps) {
  const points = all.flatMap(({ value, low, high, n, at }) => (value === null || low === null || high === null ? [] : [{ value, low, high, n, at }]))
  if (points.length < 2) return null
  const shown = domainOf(points.flatMap((one) => [one.low, one.high]), limits)
  const y = linear(shown, [HEIGHT - BOTTOM, 10])
  const x = linear([0, points.length - 1], [LEFT, WIDTH - 10])
  const at = (value: (one: (typeof points)[number]) => number) => points.map((one, i) => [x(i), y(value(one))] as const)
  return (
    <div className="trend">
      <svg className="curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={name}>
        {ticks(shown, 4).map((tick) => (
          <g key={tick}>
            <line x1={LEFT} x2={WIDTH - 10} y1={y(tick)} y2={y(tick)} className="curve-grid" />
            <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end" className="curve-tick">
              {show(tick)}
            </text>
          </g>
        ))}
        <path d={band(at((one) => one.high), at((one) => one.low))} className="curve-band" />
        <path d={line(at((one) => one.value))} className="curve-line" />
      </svg>
      <details>
        <summary>{t('trend.table')}</summary>
        <div className="table-box" tabIndex={0} role="region" aria-label={name}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('trend.until')}</th>
                <th scope="col" className="num">{t('trend.value')}</th>
                <th scope="col" className="num">{t('trend.interval')}</th>
                <th scope="col" className="num">n</th>
              </tr>
            </thead>
            <tbody>
              {points.map((one, i) => (
                <tr key={i}>
                  <th scope="row">{new Date(one.at).toLocaleString()}</th>
                  <td className="num">{show(one.value)}</td>
                  <td className="num">
                    {show(one.low)} – {show(one.high)}
                  </td>
                  <td className="num">{count(one.n)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  )
}
