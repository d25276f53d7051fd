// A verdict on a label that may be wrong: keep it, change it to what is proposed or to another, and say why. Where an item may
// have several labels, each label is switched on or off by its key, and Enter sends the set.

import { cap } from '../../core/keymap'
import type { Question } from '../../core/shapes'
import { imagesOf, showItem } from '../choice/item'
import { FILTER_FROM } from '../choice/keys'
import '../choice/style.css'
import { API_VERSION, type Ctx, type Handle, type WidgetModule } from '../contract'
import { h, keycap } from '../dom'
import { canChange, doubtOf, labelKeysOf, named, verdictKeys } from './keys'
import './style.css'

/** Why a label was wrong; null is "not said". */
const WHY = [null, 'slip', 'guidelines', 'ambiguous', 'outdated', 'other'] as const
type Why = (typeof WHY)[number]
/** More buttons than this are not drawn at once; the filter finds the rest. */
const DRAWN = 60
const FIELD_FROM = 20

interface VerdictValue {
  verdict: 'keep' | 'change'
  labels: string[]
  error: Why
  identical: boolean
}

function valueOf(raw: unknown): VerdictValue | null {
  const value = raw as Partial<VerdictValue> | null | undefined
  if (value?.verdict !== 'keep' && value?.verdict !== 'change') return null
  const error = WHY.find((why) => why === value.error) ?? null
  return { verdict: value.verdict, labels: value.labels ?? [], error, identical: value.identical === true }
}

class VerdictHandle implements Handle {
  private readonly root = h('div', { class: 'hl-choice hl-verdict' })
  private readonly stage = h('div', { class: 'hl-stage', 'aria-live': 'polite' })
  private readonly doubt = h('div', { class: 'hl-doubt' })
  private readonly main = h('div', { class: 'hl-foot' })
  private readonly filter = h('input', { type: 'text', class: 'hl-filter', autocomplete: 'off', spellcheck: 'false' })
  private readonly filterRow = h('div', { class: 'hl-filter-row' }, this.filter, keycap('/'))
  private readonly others = h('div', { class: 'hl-options', role: 'group' })
  private readonly rest = h('div', { class: 'hl-foot' })
  private before: VerdictValue | null = null
  private why: Why = null
  private identical = false
  /** Where several labels are allowed: those that Enter would send. */
  private marked = new Set<string>()

  constructor(
    element: HTMLElement,
    private ctx: Ctx,
  ) {
    this.filter.addEventListener('input', () => this.drawOthers())
    this.filter.addEventListener('keydown', (event) => this.onFilterKey(event))
    this.root.append(this.stage, this.doubt, this.main, this.filterRow, this.others, this.rest)
    element.append(this.root)
    this.update(ctx)
  }

  update(ctx: Ctx): void {
    const shown = this.ctx.question.id
    this.ctx = ctx
    const { question, t } = ctx
    this.before = valueOf(ctx.initial)
    this.why = this.before?.error ?? null
    this.identical = this.before?.identical ?? false
    this.marked = new Set(this.before?.labels ?? doubtOf(question).given)
    if (shown !== question.id || !this.stage.hasChildNodes()) {
      this.stage.replaceChildren(...question.items.map((item) => showItem(item, ctx)))
      this.stage.scrollTop = 0
    }
    this.filter.value = ''
    this.filter.placeholder = t('choice.filter')
    this.filter.setAttribute('aria-label', t('choice.filter'))
    this.filterRow.hidden = question.labels.length <= FIELD_FROM
    this.others.setAttribute('aria-label', t(question.multi ? 'choice.several' : 'verdict.others'))
    this.draw()
  }

  press(action: string): void {
    if (this.ctx.readonly) return
    const { question } = this.ctx
    if (action === 'keep') this.commit('keep', doubtOf(question).given)
    else if (action === 'change') {
      if (canChange(question)) this.commit('change', doubtOf(question).proposed)
    } else if (action === 'again') {
      if (question.multi) this.commit(this.verdictOfMarked(), this.markedLabels())
      else if (this.before) this.commit(this.before.verdict, this.before.labels)
    } else if (action === 'why') this.nextWhy()
    else if (action === 'identical') this.toggleIdentical()
    else if (action === 'filter') this.openFilter()
    else if (action.startsWith('label:')) {
      const label = question.labels[Number(action.slice('label:'.length))]
      if (label !== undefined) this.choose(label)
    }
  }

  focus(): void {
    this.main.querySelector('button')?.focus()
  }

  destroy(): void {
    this.root.remove()
  }

  private openFilter(): void {
    this.filterRow.hidden = false
    this.filter.focus()
  }

  private choose(label: string): void {
    if (this.ctx.question.multi) {
      this.toggle(label)
      return
    }
    const { given } = doubtOf(this.ctx.question)
    this.commit(given.length === 1 && given[0] === label ? 'keep' : 'change', [label])
  }

  private toggle(label: string): void {
    if (!this.marked.delete(label)) this.marked.add(label)
    this.drawOthers()
    this.drawRest()
    this.ctx.emit(this.value(this.verdictOfMarked(), this.markedLabels()))
  }

  /** The marked labels in the task's order. */
  private markedLabels(): string[] {
    return this.ctx.question.labels.filter((label) => this.marked.has(label))
  }

  private verdictOfMarked(): 'keep' | 'change' {
    const { given } = doubtOf(this.ctx.question)
    return given.length === this.marked.size && given.every((label) => this.marked.has(label)) ? 'keep' : 'change'
  }

  private nextWhy(): void {
    this.why = WHY[(WHY.indexOf(this.why) + 1) % WHY.length] ?? null
    this.drawRest()
  }

  private toggleIdentical(): void {
    if (doubtOf(this.ctx.question).identical === 0) return
    this.identical = !this.identical
    this.drawRest()
  }

  private commit(verdict: 'keep' | 'change', labels: string[]): void {
    if (document.activeElement === this.filter) this.filter.blur()
    this.ctx.emit(this.value(verdict, labels), { commit: true })
  }

  private value(verdict: 'keep' | 'change', labels: string[]): VerdictValue {
    const error = verdict === 'change' ? this.why : null
    return { verdict, labels, error, identical: this.identical }
  }

  private draw(): void {
    const { question, t } = this.ctx
    const { given, proposed, reasons } = doubtOf(question)
    const side = (name: string, labels: string[], kind: string) =>
      h('div', { class: `hl-side ${kind}` }, h('span', { class: 'hl-side-name' }, name), h('b', { dir: 'auto' }, named(labels, t)))
    this.doubt.replaceChildren(
      side(t('verdict.given'), given, 'hl-side-given'),
      canChange(question) ? side(t('verdict.proposed'), proposed, 'hl-side-proposed') : '',
      reasons.length > 0 ? h('ul', { class: 'hl-reasons' }, ...reasons.map((reason) => h('li', { dir: 'auto' }, reason))) : '',
    )
    this.main.replaceChildren()
    this.act(this.main, 'keep', t('verdict.keep', { labels: named(given, t) }), 'k', 'hl-act-main')
    if (canChange(question)) {
      this.act(this.main, 'change', t('verdict.change', { labels: named(proposed, t) }), 'c', 'hl-act-suggest')
    }
    this.drawOthers()
    this.drawRest()
  }

  private drawRest(): void {
    const { question, readonly, t } = this.ctx
    const { identical } = doubtOf(question)
    this.rest.replaceChildren()
    if (!readonly) {
      const why = this.why === null ? t('verdict.why') : t('verdict.whyThis', { why: t(`verdict.error.${this.why}`) })
      this.act(this.rest, 'why', why, 'e', 'hl-act-quiet', this.why !== null)
      if (question.labels.length >= FILTER_FROM && this.filterRow.hidden) {
        this.act(this.rest, 'filter', t('choice.filter'), '/', 'hl-act-quiet')
      }
      if (identical > 0) {
        this.act(this.rest, 'identical', t('verdict.identical', { n: identical }), 'i', 'hl-act-quiet', this.identical)
      }
    }
    if (!this.before && (!question.multi || this.verdictOfMarked() === 'keep')) return
    const verdict = question.multi ? this.verdictOfMarked() : (this.before?.verdict ?? 'keep')
    const labels = question.multi ? this.markedLabels() : (this.before?.labels ?? [])
    const words = t(verdict === 'keep' ? 'verdict.keep' : 'verdict.change', { labels: named(labels, t) })
    if (readonly) this.rest.append(h('b', {}, words))
    else this.act(this.rest, 'again', words, 'Enter', 'hl-act-main')
  }

  private act(place: HTMLElement, action: string, text: string, key: string, kind: string, pressed?: boolean): void {
    const attributes = { 'aria-keyshortcuts': key, disabled: this.ctx.readonly, 'aria-pressed': pressed?.toString() }
    const button = h('button', { type: 'button', class: `hl-act ${kind}`, ...attributes }, text, keycap(cap(key)))
    button.addEventListener('click', (event) => {
      // After a click the focus would stay here and make Enter mean this again for the next question.
      if (event.detail > 0) button.blur()
      this.press(action)
    })
    place.append(button)
  }

  private matching(): string[] {
    const { question } = this.ctx
    const { given, proposed } = doubtOf(question)
    const named = new Set(question.multi ? [] : [...given, ...proposed])
    const wanted = this.filter.value.trim().toLowerCase()
    const left = question.labels.filter((label) => !named.has(label))
    return wanted ? left.filter((label) => label.toLowerCase().includes(wanted)) : left
  }

  private drawOthers(): void {
    const { question, readonly, reserved } = this.ctx
    const keys = labelKeysOf(question, reserved)
    const buttons = this.matching()
      .slice(0, DRAWN)
      .map((label) => {
        const key = keys[question.labels.indexOf(label)] ?? null
        const pressed = question.multi ? this.marked.has(label).toString() : null
        const attributes = { class: 'hl-option', 'aria-keyshortcuts': key, 'aria-pressed': pressed, disabled: readonly }
        const name = h('span', { class: 'hl-option-name', dir: 'auto' }, label)
        const button = h('button', { type: 'button', ...attributes }, name, key === null ? null : keycap(cap(key)))
        button.addEventListener('click', (event) => {
          if (event.detail > 0) button.blur()
          this.choose(label)
        })
        return button
      })
    const longest = Math.max(0, ...question.labels.map((label) => label.length))
    this.others.dataset.many = String(question.labels.length > FIELD_FROM)
    this.others.dataset.width = longest <= 3 ? 'narrow' : longest <= 14 ? 'middle' : 'wide'
    this.others.replaceChildren(...buttons)
  }

  private onFilterKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.filter.value = ''
      this.filter.blur()
      this.filterRow.hidden = this.ctx.question.labels.length <= FIELD_FROM
      this.drawOthers()
    } else if (event.key === 'Enter') {
      const [first] = this.matching()
      if (first === undefined) return
      event.preventDefault()
      this.choose(first)
    } else return
    event.stopPropagation()
  }
}

const verdict: WidgetModule = {
  widget: 'verdict',
  apiVersion: API_VERSION,
  keys: verdictKeys,
  media: (question: Question) => question.items.flatMap((item) => imagesOf(item).map((image) => image.blob)),
  mount: (element, ctx) => new VerdictHandle(element, ctx),
}

export default verdict
