// The evidence of a split: scores of the undecided pool, what people said at random, and thresholds that may be moved.

import { linear, ticks } from '../../core/plot'
import { type Share, type Split, worth } from '../../core/split'
import type { Translate } from '../contract'
import { h, svg } from '../dom'
import { percent } from './plots'

const WIDTH = 560
const HEIGHT = 190
const FLOOR = HEIGHT - 24

export interface Thresholds {
  low: number | null
  high: number | null
}

export class SplitPart {
  readonly element = h('div', { class: 'hl-split' })
  private readonly figures = h('dl', { class: 'hl-split-figures', 'aria-live': 'polite' })
  private readonly plot = h('div', { class: 'hl-split-plot' })
  private thresholds: Thresholds

  constructor(
    private readonly split: Split,
    private readonly t: Translate,
    readonly: boolean,
    private readonly onMoved: (to: Thresholds) => void,
  ) {
    this.thresholds = { low: split.low, high: split.high }
    this.element.append(this.plot, this.legend(), this.figures)
    if (!readonly) this.element.append(this.fields())
    this.paint()
  }

  /** Where the thresholds are to be, and whether that is elsewhere than proposed. */
  get moved(): Thresholds | null {
    const { low, high } = this.thresholds
    return low === this.split.low && high === this.split.high ? null : this.thresholds
  }

  private legend(): HTMLElement {
    const one = (kind: string, id: string) => h('li', {}, h('span', { class: `hl-swatch hl-swatch-${kind}`, 'aria-hidden': 'true' }), this.t(id))
    return h('ul', { class: 'hl-split-legend' }, one('items', 'split.items'), one('yes', 'split.saidYes'), one('no', 'split.saidNo'))
  }

  private fields(): HTMLElement {
    const field = (name: keyof Thresholds) => {
      const input = h('input', { type: 'number', step: 0.01, class: 'hl-split-field', value: this.thresholds[name]?.toFixed(4) ?? '' })
      input.addEventListener('input', () => {
        const value = input.value.trim() === '' ? null : Number(input.value)
        if (value !== null && !Number.isFinite(value)) return
        this.thresholds = { ...this.thresholds, [name]: value }
        this.paint()
        this.onMoved(this.thresholds)
      })
      return h('label', { class: 'hl-split-label' }, h('span', {}, this.t(`split.${name}`)), input)
    }
    return h('div', { class: 'hl-split-fields' }, field('low'), field('high'))
  }

  private paint(): void {
    const { split, t } = this
    const { low, high } = this.thresholds
    const found = this.moved ? worth(split, low, high) : split
    const pool = split.yes + split.ask + split.no
    const about = this.moved ? 'split.about' : 'split.count'
    const figures: [string, string][] = [
      [t('split.precision', { aim: percent(split.aim.precision, 0) }), this.share(found.precision)],
      [t('split.recall', { aim: percent(split.aim.recall, 0) }), this.share(found.recall)],
      [t('split.yes', { label: split.label }), t(about, { n: found.yes })],
      [t('split.ask'), t(about, { n: Math.max(0, pool - found.yes - found.no) })],
      [t('split.no', { label: split.label }), t(about, { n: found.no })],
    ]
    this.figures.replaceChildren(...figures.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', { class: 'hl-num' }, value))))
    this.plot.replaceChildren(picture(split, this.thresholds, t))
  }

  private share(of: Share): string {
    if (of.value === null) return this.t('split.unknown')
    return this.t('decision.metric', { value: percent(of.value), low: percent(of.low), high: percent(of.high), n: of.n })
  }
}

/** Bars: items of the pool by score (square-root heights, or few could not be seen); ticks below: what people said. */
function picture(split: Split, { low, high }: Thresholds, t: Translate): SVGElement {
  const [first, last] = [split.histogram[0], split.histogram.at(-1)]
  const domain: [number, number] = [first?.start ?? 0, last?.end ?? 1]
  const x = linear(domain, [8, WIDTH - 8])
  const most = Math.max(1, ...split.histogram.map((bin) => bin.items))
  const y = (n: number) => FLOOR - 12 - Math.sqrt(n / most) * (FLOOR - 24)
  const root = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'hl-split-picture', role: 'img', 'aria-label': t('split.picture') })
  for (const bin of split.histogram) {
    const width = Math.max(1, x(bin.end) - x(bin.start) - 2)
    const title = svg('title', {}, t('split.bin', { items: bin.items, answers: bin.answers, yes: bin.yes }))
    root.append(svg('rect', { x: x(bin.start) + 1, y: y(bin.items), width, height: FLOOR - 12 - y(bin.items), class: 'hl-split-bar' }, title))
  }
  for (const [score, yes] of split.answers) {
    const at = x(Math.min(domain[1], Math.max(domain[0], score)))
    root.append(svg('line', { x1: at, x2: at, y1: yes ? FLOOR - 12 : FLOOR - 5, y2: yes ? FLOOR - 5 : FLOOR + 2, class: yes ? 'hl-split-yes' : 'hl-split-no' }))
  }
  for (const [value, name] of [[low, 'low'], [high, 'high']] as const) {
    if (value === null) continue
    const at = x(Math.min(domain[1], Math.max(domain[0], value)))
    root.append(
      svg('line', { x1: at, x2: at, y1: 2, y2: FLOOR + 2, class: 'hl-split-threshold' }),
      svg('text', { x: at + (name === 'low' ? -5 : 5), y: 12, class: 'hl-tick', 'text-anchor': name === 'low' ? 'end' : 'start' }, value.toFixed(2)),
    )
  }
  for (const tick of ticks(domain, 5)) root.append(svg('text', { x: x(tick), y: HEIGHT - 6, class: 'hl-tick', 'text-anchor': 'middle' }, String(tick)))
  return root
}
