// Pictures of evidence: dots with whiskers, a confusion matrix, bars in a table.

import { domainOf, linear, ticks } from '../../core/plot'
import type { Translate } from '../contract'
import { h, svg } from '../dom'
import { type ClassRow, type Contender, type Evidence, type Metric, topConfusions } from './evidence'

const WIDTH = 330
const WIDE = 560
const ROW = 48
const MATRIX_LIMIT = 16

export const percent = (value: number, digits = 1): string => `${(value * 100).toFixed(digits)} %`
const signed = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${(Math.abs(value) * 100).toFixed(1)}`

export function metricText(metric: Metric, t: Translate): string {
  return t('decision.metric', { value: percent(metric.value), low: percent(metric.low), high: percent(metric.high), n: metric.n })
}

/** One row per contender: a dot at the value, a whisker over its interval, all on one axis. */
export function whiskers(contenders: readonly Contender[], t: Translate): HTMLElement {
  const rows = contenders.filter((one) => one.accuracy !== null)
  const domain = domainOf(rows.flatMap(({ accuracy }) => (accuracy ? [accuracy.low, accuracy.high] : [])), [0, 1])
  const x = linear(domain, [14, WIDTH - 14])
  const marks = ticks(domain, 4)
  const grid = (height: number) => marks.map((tick) => svg('line', { x1: x(tick), x2: x(tick), y1: 0, y2: height, class: 'hl-grid' }))
  const list = h('ul', { class: 'hl-contenders' })
  for (const { role, number, accuracy, labels } of rows) {
    if (!accuracy) continue
    const name = number === null ? t(`decision.role.${role}`) : t(`decision.role.${role}N`, { number })
    const words = h(
      'div',
      { class: 'hl-contender' },
      h('span', { class: 'hl-who' }, name),
      h('span', { class: 'hl-num' }, metricText(accuracy, t)),
      labels === null ? null : h('span', { class: 'hl-dim' }, t('decision.fromLabels', { n: labels })),
    )
    const plot = svg('svg', { viewBox: `0 0 ${WIDTH} ${ROW}`, class: 'hl-whiskers', 'aria-hidden': 'true' }, ...grid(ROW))
    plot.append(whisker(accuracy, x, ROW / 2, `hl-is-${role}`))
    list.append(h('li', { class: `hl-is-${role}` }, words, plot))
  }
  const axis = svg('svg', { viewBox: `0 0 ${WIDTH} 20`, class: 'hl-whiskers hl-axis', 'aria-hidden': 'true' })
  for (const tick of marks) {
    axis.append(svg('text', { x: x(tick), y: 15, class: 'hl-tick', 'text-anchor': 'middle' }, percent(tick, 0)))
  }
  return h('div', { class: 'hl-compare' }, list, axis)
}

function whisker(metric: Metric, x: (value: number) => number, y: number, kind: string): SVGElement {
  return svg(
    'g',
    { class: kind },
    svg('line', { x1: x(metric.low), x2: x(metric.high), y1: y, y2: y, class: 'hl-whisker' }),
    svg('line', { x1: x(metric.low), x2: x(metric.low), y1: y - 5, y2: y + 5, class: 'hl-whisker' }),
    svg('line', { x1: x(metric.high), x2: x(metric.high), y1: y - 5, y2: y + 5, class: 'hl-whisker' }),
    svg('circle', { cx: x(metric.value), cy: y, r: 6, class: 'hl-dot' }),
  )
}

/** The difference to what is released now, on an axis through zero. */
export function differencePlot(difference: Metric, t: Translate): HTMLElement {
  const reach = Math.max(Math.abs(difference.low), Math.abs(difference.high), 0.01) * 1.15
  const x = linear([-reach, reach], [14, WIDE - 14])
  const kind = difference.low > 0 ? 'hl-better' : difference.high < 0 ? 'hl-worse' : 'hl-unclear'
  const plot = svg(
    'svg',
    { viewBox: `0 0 ${WIDE} 46`, class: 'hl-whiskers', 'aria-hidden': 'true' },
    svg('line', { x1: x(0), x2: x(0), y1: 2, y2: 44, class: 'hl-zero' }),
    whisker(difference, x, 23, kind),
  )
  const words = t('decision.difference', {
    value: signed(difference.value),
    low: signed(difference.low),
    high: signed(difference.high),
    n: difference.n,
  })
  return h(
    'div',
    { class: 'hl-difference' },
    h('p', {}, h('strong', { class: `hl-num ${kind}` }, words), ' ', h('span', { class: 'hl-dim' }, t(`decision.${kind.slice(3)}`))),
    plot,
  )
}

export function confusionPicture(confusion: NonNullable<Evidence['confusion']>, t: Translate): HTMLElement {
  return confusion.labels.length <= MATRIX_LIMIT ? matrix(confusion, t) : mistakes(confusion, t)
}

function matrix({ labels, matrix: cells }: NonNullable<Evidence['confusion']>, t: Translate): HTMLElement {
  const table = h('table', { class: 'hl-matrix' }, h('caption', {}, t('decision.confusionCaption')))
  const head = h('tr', {}, h('td', {}))
  for (const label of labels) head.append(h('th', { scope: 'col' }, label))
  const body = h('tbody', {})
  cells.forEach((row, i) => {
    const total = row.reduce((a, b) => a + b, 0)
    const line = h('tr', {}, h('th', { scope: 'row' }, labels[i] ?? ''))
    row.forEach((n, j) => {
      const share = total === 0 ? 0 : n / total
      const level = n === 0 ? 0 : Math.max(1, Math.ceil(share * 4))
      line.append(h('td', { class: i === j ? 'hl-right' : 'hl-wrong', 'data-level': level }, n === 0 ? '·' : String(n)))
    })
    body.append(line)
  })
  table.append(h('thead', {}, head), body)
  return h('div', { class: 'hl-scroll', tabindex: 0, role: 'region', 'aria-label': t('decision.confusion') }, table)
}

function mistakes(confusion: NonNullable<Evidence['confusion']>, t: Translate): HTMLElement {
  const rows = h('ol', { class: 'hl-mistakes' })
  for (const { truth, said, n } of topConfusions(confusion, 12)) {
    rows.append(h('li', {}, t('decision.mistake', { truth, said, n })))
  }
  return rows
}

export function classTable(rows: readonly ClassRow[], t: Translate): HTMLElement {
  const columns = ['precision', 'recall', 'f1'] as const
  const head = h('tr', {}, h('th', { scope: 'col' }, t('decision.label')), h('th', { scope: 'col' }, 'n'))
  for (const column of columns) head.append(h('th', { scope: 'col' }, t(`decision.${column}`)))
  const body = h('tbody', {})
  for (const row of rows) {
    const line = h('tr', {}, h('th', { scope: 'row', dir: 'auto' }, row.label), h('td', { class: 'hl-num' }, String(row.n)))
    for (const column of columns) line.append(h('td', { class: 'hl-bar-cell' }, ...bar(row[column])))
    body.append(line)
  }
  const table = h('table', { class: 'hl-classes' }, h('thead', {}, head), body)
  return h('div', { class: 'hl-scroll', tabindex: 0, role: 'region', 'aria-label': t('decision.perClass') }, table)
}

function bar(value: number | null): (Node | string)[] {
  if (value === null) return ['–']
  const picture = svg(
    'svg',
    { viewBox: '0 0 100 6', preserveAspectRatio: 'none', class: 'hl-bar', 'aria-hidden': 'true' },
    svg('rect', { width: 100, height: 6, rx: 3, class: 'hl-bar-all' }),
    svg('rect', { width: value * 100, height: 6, rx: 3, class: 'hl-bar-part' }),
  )
  return [h('span', { class: 'hl-num' }, value.toFixed(2)), picture]
}
