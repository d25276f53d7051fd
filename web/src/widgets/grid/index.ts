// Many items at once, one question about each: which of them are of this class? A click or a key marks one.
// The value is {chosen: [question ids], unsure: [question ids]}; whoever shows the grid makes an answer of every item.

import { cap } from '../../core/keymap'
import type { ItemView } from '../../core/shapes'
import { imagesOf } from '../choice/item'
import { API_VERSION, type Ctx, type Handle, type WidgetModule } from '../contract'
import { h, keycap } from '../dom'
import { type GridValue, moved, valueOf } from './marks'
import './style.css'

const TINY = 128
const WORDS = 220

class GridHandle implements Handle {
  private readonly root = h('div', { class: 'hl-grid-widget' })
  private readonly cells = h('div', { class: 'hl-grid-cells', role: 'group' })
  private readonly foot = h('div', { class: 'hl-grid-foot' })
  private readonly send = h('button', { type: 'button', class: 'hl-send' })
  private readonly count = h('p', { class: 'hl-grid-count', role: 'status' })
  private value: GridValue = { chosen: [], unsure: [] }
  private shown = ''

  constructor(
    element: HTMLElement,
    private ctx: Ctx,
  ) {
    this.send.addEventListener('click', () => this.commit())
    this.cells.addEventListener('click', (event) => this.clicked(event))
    // On a button Enter means the button; here it sends the grid, and Space alone marks.
    this.cells.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || this.ctx.readonly) return
      event.preventDefault()
      this.commit()
    })
    this.root.append(this.cells, this.foot)
    element.append(this.root)
    this.update(ctx)
  }

  update(ctx: Ctx): void {
    this.ctx = ctx
    const { question, t } = ctx
    this.value = valueOf(ctx.initial)
    if (this.shown !== question.id) {
      this.shown = question.id
      this.cells.setAttribute('aria-label', t('grid.which', { label: question.labels.join(', ') }))
      this.cells.replaceChildren(...question.items.map((item, k) => this.cell(item, k)))
      this.root.scrollTop = 0
    }
    this.foot.replaceChildren(this.count, this.send)
    this.foot.hidden = ctx.readonly
    this.paint()
  }

  press(action: string): void {
    if (this.ctx.readonly) return
    const buttons = this.buttons()
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    if (action === 'send') this.commit()
    else if (action === 'mark') this.turn(at, 'chosen')
    else if (action === 'unsure') this.turn(at, 'unsure')
    else if (action === 'all') this.all()
    else buttons[moved(Math.max(at, 0), action, this.columns(), buttons.length, at < 0)]?.focus()
  }

  focus(): void {
    this.buttons()[0]?.focus()
  }

  destroy(): void {
    this.root.remove()
  }

  private buttons(): HTMLButtonElement[] {
    return [...this.cells.querySelectorAll('button')]
  }

  private columns(): number {
    const tops = this.buttons().map((button) => button.offsetTop)
    return Math.max(1, tops.filter((top) => top === tops[0]).length)
  }

  private cell(item: ItemView, k: number): HTMLElement {
    const { t, media } = this.ctx
    const button = h('button', { type: 'button', class: 'hl-cell', 'data-cell': k, 'aria-pressed': 'false' })
    const [image] = imagesOf(item)
    if (image) {
      const picture = media.ready(image.blob) ?? h('img', { src: media.address(image.blob), loading: 'lazy' })
      picture.alt = t('choice.imageAlt', { item: item.key ?? item.id })
      picture.draggable = false
      const side = Math.max(image.width ?? picture.naturalWidth, image.height ?? picture.naturalHeight)
      picture.className = side > 0 && side <= TINY ? 'hl-cell-picture hl-cell-pixels' : 'hl-cell-picture'
      button.append(picture)
    } else {
      const words = Object.values(item.data).filter((value): value is string => typeof value === 'string')
      const text = words.toSorted((a, b) => b.length - a.length)[0] ?? item.key ?? item.id
      button.append(h('span', { class: 'hl-cell-words', dir: 'auto' }, text.slice(0, WORDS)))
    }
    button.append(h('span', { class: 'hl-cell-mark', 'aria-hidden': 'true' }))
    return button
  }

  private clicked(event: MouseEvent): void {
    if (this.ctx.readonly || !(event.target instanceof Element)) return
    const cell = event.target.closest('[data-cell]')
    if (cell) this.turn(Number(cell.getAttribute('data-cell')), event.altKey ? 'unsure' : 'chosen')
  }

  private turn(k: number, kind: keyof GridValue): void {
    const id = this.ctx.question.items[k]?.id
    if (id === undefined) return
    const had = this.value[kind].includes(id)
    const without = (ids: string[]) => ids.filter((one) => one !== id)
    this.value = { chosen: without(this.value.chosen), unsure: without(this.value.unsure) }
    if (!had) this.value[kind] = [...this.value[kind], id]
    this.changed()
  }

  /** Marks all that are not marked, or none when all are. */
  private all(): void {
    const ids = this.ctx.question.items.map((item) => item.id)
    const every = this.value.chosen.length === ids.length
    this.value = { chosen: every ? [] : ids, unsure: [] }
    this.changed()
  }

  private changed(): void {
    this.paint()
    this.ctx.emit(this.value)
  }

  private paint(): void {
    const { question, t, readonly } = this.ctx
    this.buttons().forEach((button, k) => {
      const id = question.items[k]?.id ?? ''
      const unsure = this.value.unsure.includes(id)
      button.setAttribute('aria-pressed', unsure ? 'mixed' : String(this.value.chosen.includes(id)))
      button.disabled = readonly
    })
    const label = question.labels.join(', ')
    const n = question.items.length
    this.count.textContent = t('grid.marked', { chosen: this.value.chosen.length, n, label, unsure: this.value.unsure.length })
    this.send.replaceChildren(h('span', {}, t('grid.send', { n })), keycap(cap('Enter')))
  }

  private commit(): void {
    this.ctx.emit(this.value, { commit: true })
  }
}

const grid: WidgetModule = {
  widget: 'grid',
  apiVersion: API_VERSION,
  keys: (_question, reserved, t) => {
    const group = t('keys.group.answer')
    const all = [
      { id: 'mark', keys: [' '], title: t('grid.mark'), group },
      { id: 'unsure', keys: ['u'], title: t('grid.unsure'), group },
      { id: 'all', keys: ['a'], title: t('grid.all'), group },
      { id: 'send', keys: ['Enter'], title: t('grid.sendKey'), group },
      { id: 'left', keys: ['ArrowLeft'], title: t('grid.left'), group },
      { id: 'right', keys: ['ArrowRight'], title: t('grid.right'), group },
      { id: 'up', keys: ['ArrowUp'], title: t('grid.up'), group },
      { id: 'down', keys: ['ArrowDown'], title: t('grid.down'), group },
    ]
    return all.filter(({ keys }) => !keys.some((key) => reserved.includes(key)))
  },
  media: (question) => question.items.flatMap((item) => imagesOf(item).map((image) => image.blob)),
  mount: (element, ctx) => new GridHandle(element, ctx),
}

export default grid
