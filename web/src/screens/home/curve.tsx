// Accuracy against effort, with the interval of each measurement. The same numbers stand below as a table.

import { useState } from 'react'
import type { CurvePoint, Forecast } from '../../api/types'
import { band, domainOf, line, linear, ticks } from '../../core/plot'
import { t } from '../../i18n'
import { percent, SegmentedControl, span } from '../../ui'
import { useQueryState } from '../router'
import { type Measured, measured } from './points'

const WIDTH = 620
const HEIGHT = 300
const LEFT = 66
const RIGHT = 16
const TOP = 14
const BOTTOM = 44

export function Curve({ points: all, forecast }: { points: readonly CurvePoint[]; forecast: Forecast | null }) {
  const points = all.filter(measured)
  const [query, change] = useQueryState()
  const byTime = query.get('x') === 'time'
  const last = points.at(-1)
  if (!last) return <p className="dim">{t(all.length > 0 ? 'home.curveUnmeasured' : 'home.curveNone')}</p>
  return (
    <div className="curve-box">
      <div className="row spread">
        <p className="small num curve-text">
          {t('home.curveText', {
            value: percent(last.accuracy),
            low: percent(last.low),
            high: percent(last.high),
            n: last.n,
            labels: last.labels,
            time: span(last.seconds),
          })}
        </p>
        <SegmentedControl
          size="xs"
          aria-label={t('home.curveBy')}
          value={byTime ? 'time' : 'labels'}
          data={[
            { value: 'labels', label: t('home.byLabels') },
            { value: 'time', label: t('home.bySeconds') },
          ]}
          onChange={(x) => change({ x: x === 'time' ? x : null })}
        />
      </div>
      <Plot points={points} byTime={byTime} />
      {forecast ? (
        <p className="small num" title={t('home.forecastTip')}>
          {t('home.forecast', {
            n: forecast.answers,
            time: span(forecast.seconds),
            gain: signed(forecast.gain),
            low: signed(forecast.low),
            high: signed(forecast.high),
          })}
        </p>
      ) : null}
      <details className="curve-numbers">
        <summary>{t('home.curveTable')}</summary>
        <Numbers points={points} />
      </details>
    </div>
  )
}

/** A share as points with its sign: +0.4. */
const signed = (share: number): string => `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)}`

function Plot({ points, byTime }: { points: readonly Measured[]; byTime: boolean }) {
  const [near, setNear] = useState<Measured | null>(null)
  const effort = (point: Measured) => (byTime ? point.seconds / 60 : point.labels)
  const xs = points.map(effort)
  const xDomain: [number, number] = [0, Math.max(...xs) * 1.05 || 1]
  const yDomain = domainOf(points.flatMap((point) => [point.low, point.high]), [0, 1])
  const x = linear(xDomain, [LEFT, WIDTH - RIGHT])
  const y = linear(yDomain, [HEIGHT - BOTTOM, TOP])
  const at = (point: Measured, value: number) => [x(effort(point)), y(value)] as const
  const last = points.at(-1)
  return (
    <svg className="curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('home.curve')} onPointerLeave={() => setNear(null)}>
      {ticks(yDomain, 5).map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} className="curve-grid" />
          <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end" className="curve-tick">
            {percent(tick, 0)}
          </text>
        </g>
      ))}
      {ticks(xDomain, 6).map((tick) => (
        <text key={tick} x={x(tick)} y={HEIGHT - BOTTOM + 18} textAnchor="middle" className="curve-tick">
          {tick}
        </text>
      ))}
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 6} textAnchor="middle" className="curve-axis">
        {t(byTime ? 'home.axisSeconds' : 'home.axisLabels')}
      </text>
      <path d={band(points.map((point) => at(point, point.high)), points.map((point) => at(point, point.low)))} className="curve-band" />
      <path d={line(points.map((point) => at(point, point.accuracy)))} className="curve-line" />
      {points.map((point) => {
        const [cx, cy] = at(point, point.accuracy)
        return (
          <g key={point.model}>
            {points.length === 1 ? <line x1={cx} x2={cx} y1={y(point.low)} y2={y(point.high)} className="curve-whisker" /> : null}
            {point.released ? <circle cx={cx} cy={cy} r={9} className="curve-released" /> : null}
            <circle cx={cx} cy={cy} r={point === last ? 5 : 3.5} className="curve-dot" />
            <circle cx={cx} cy={cy} r={14} className="curve-touch" onPointerEnter={() => setNear(point)}>
              <title>{pointText(point)}</title>
            </circle>
          </g>
        )
      })}
      {near ? <Near point={near} at={at(near, near.accuracy)} /> : null}
    </svg>
  )
}

const pointText = (point: Measured) =>
  t('home.curvePoint', {
    number: point.number,
    value: percent(point.accuracy),
    low: percent(point.low),
    high: percent(point.high),
    n: point.n,
    labels: point.labels,
  })

function Near({ point, at: [x, y] }: { point: Measured; at: readonly [number, number] }) {
  const text = pointText(point)
  const width = text.length * 6.3 + 22
  const left = Math.min(Math.max(LEFT, x - width / 2), WIDTH - RIGHT - width)
  const top = y < 70 ? y + 20 : y - 46
  return (
    <g className="curve-near" pointerEvents="none">
      <rect x={left} y={top} width={width} height={28} rx={7} />
      <text x={left + width / 2} y={top + 18} textAnchor="middle">
        {text}
      </text>
    </g>
  )
}

function Numbers({ points }: { points: readonly Measured[] }) {
  return (
    <div className="curve-scroll" tabIndex={0} role="region" aria-label={t('home.curveTable')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('home.model')}</th>
            <th scope="col" className="num">{t('home.labels')}</th>
            <th scope="col" className="num">{t('home.time')}</th>
            <th scope="col">{t('home.accuracy')}</th>
            <th scope="col" className="num">{t('home.macroF1')}</th>
            <th scope="col" className="num">{t('home.n')}</th>
          </tr>
        </thead>
        <tbody>
          {[...points].reverse().map((point) => (
            <tr key={point.model}>
              <th scope="row">
                {point.number} {point.released ? <span className="dim">({t('home.released')})</span> : null}
              </th>
              <td className="num">{point.labels}</td>
              <td className="num">{span(point.seconds)}</td>
              <td>
                {percent(point.accuracy)} <span className="dim">({percent(point.low)} – {percent(point.high)})</span>
              </td>
              <td className="num">{point.macro_f1?.toFixed(3) ?? '–'}</td>
              <td className="num">{point.n}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
