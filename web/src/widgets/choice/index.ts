// One label, or several, for an item. Works for texts and images alike.

import { cap } from '../../core/keymap'
import type { Question } from '../../core/shapes'
import { API_VERSION, type Ctx, type Handle, type WidgetModule } from '../contract'
import { h, keycap } from '../dom'
import { imagesOf, showItem } from './item'
import { choiceKeys, FILTER_FROM, keysFor, labelReserved } from './keys'
import './style.css'

/** More buttons than this are not drawn at once; the filter finds the rest. */
const DRAWN = 60
const FIELD_FROM = 20

interface ChoiceValue {
  labels: string[]
}

function labelsOf(value: unknown): string[] {
  const labels = (value as ChoiceValue | null | undefined)?.labels
  return Array.isArray(labels) ? labels.filter((one) => typeof one === 'string') : []
}

function suggestedOf(question: Question): string[] {
  return question.suggestion ? labelsOf(question.suggestion.value) : []
}

class ChoiceHandle implements Handle {
  private readonly root = h('div', { class: 'hl-choice' })
  private readonly stage = h('div', { class: 'hl-stage', 'aria-live': 'polite' })
  private readonly options = h('div', { class: 'hl-options', role: 'group' })
  private readonly filter: HTMLInputElement
  private readonly filterRow: HTMLElement
  private readonly foot = h('div', { class: 'hl-foot' })
  private readonly more = h('p', { class: 'hl-more' })
  private chosen = new Set<string>()
  private buttons = new Map<string, HTMLButtonElement>()
  private drawnFor = ''

  constructor(
    element: HTMLElement,
    private ctx: Ctx,
  ) {
    this.filter = h('input', { type: 'text', class: 'hl-filter', autocomplete: 'off', spellcheck: 'false' })
    this.filter.addEventListener('input', () => this.drawOptions())
    this.filter.addEventListener('keydown', (event) => this.onFilterKey(event))
    this.filterRow = h('div', { class: 'hl-filter-row' }, this.filter, keycap('/'))
    this.root.append(this.stage, this.filterRow, this.options, this.more, this.foot)
    element.append(this.root)
    this.update(ctx)
  }

  update(ctx: Ctx): void {
    const before = this.ctx.question
    this.ctx = ctx
    const { question } = ctx
    this.chosen = new Set(labelsOf(ctx.initial))
    if (before.id !== question.id || !this.stage.hasChildNodes()) {
      this.stage.replaceChildren(...question.items.map((item) => showItem(item, ctx)))
      this.stage.scrollTop = 0
    }
    this.filterRow.hidden = !alwaysFilter(question)
    this.filter.value = ''
    this.filter.placeholder = ctx.t('choice.filter')
    this.filter.setAttribute('aria-label', ctx.t('choice.filter'))
    this.options.setAttribute('aria-label', ctx.t(question.multi ? 'choice.several' : 'choice.one'))
    this.drawOptions()
    this.drawFoot()
  }

  press(action: string): void {
    if (this.ctx.readonly) return
    const { question } = this.ctx
    if (action === 'filter') this.openFilter()
    else if (action === 'submit') this.submit()
    else if (action === 'none') this.commit([])
    else if (action === 'accept') this.accept()
    else if (action.startsWith('label:')) {
      const label = question.labels[Number(action.slice('label:'.length))]
      if (label !== undefined) this.choose(label)
    }
  }

  private openFilter(): void {
    this.filterRow.hidden = false
    this.filter.focus()
  }

  focus(): void {
    this.options.querySelector('button')?.focus()
  }

  destroy(): void {
    this.root.remove()
  }

  private choose(label: string): void {
    this.flash(label)
    if (!this.ctx.question.multi) {
      this.commit([label])
      return
    }
    if (!this.chosen.delete(label)) this.chosen.add(label)
    this.paint()
    this.drawFoot()
    this.ctx.emit(this.value())
  }

  private submit(): void {
    if (this.chosen.size > 0) this.commit([...this.chosen])
    else this.accept()
  }

  private accept(): void {
    const { question } = this.ctx
    if (!question.multi && this.chosen.size > 0) this.commit([...this.chosen])
    else if (suggestedOf(question).length > 0) {
      for (const label of suggestedOf(question)) this.flash(label)
      this.commit(suggestedOf(question))
    }
  }

  private commit(labels: string[]): void {
    this.chosen = new Set(labels)
    if (document.activeElement === this.filter) this.filter.blur()
    this.ctx.emit(this.value(), { commit: true })
  }

  /** The chosen labels in the task's order. */
  private value(): ChoiceValue {
    return { labels: this.ctx.question.labels.filter((label) => this.chosen.has(label)) }
  }

  private matching(): string[] {
    const { labels } = this.ctx.question
    const wanted = this.filter.value.trim().toLowerCase()
    if (!wanted) return labels
    const starts = labels.filter((label) => label.toLowerCase().startsWith(wanted))
    const holds = labels.filter((label) => !starts.includes(label) && label.toLowerCase().includes(wanted))
    return [...starts, ...holds]
  }

  private drawOptions(): void {
    const { question, readonly } = this.ctx
    const shown = this.matching()
    // Labels that a suggestion or a draft names are drawn even where the list is cut.
    const named = [...suggestedOf(question), ...this.chosen].filter((label) => shown.indexOf(label) >= DRAWN)
    const drawn = [...new Set([...shown.slice(0, DRAWN), ...named])]
    const signature = JSON.stringify([drawn, question.labels, question.multi, readonly])
    if (signature !== this.drawnFor) {
      this.drawnFor = signature
      const keys = keysFor(question.labels, labelReserved(question, this.ctx.reserved))
      this.buttons = new Map(drawn.map((label) => [label, this.button(label, keys)]))
      this.options.replaceChildren(...this.buttons.values())
      const longest = Math.max(0, ...drawn.map((label) => label.length))
      this.options.dataset.many = String(alwaysFilter(question))
      this.options.dataset.width = longest <= 3 ? 'narrow' : longest <= 14 ? 'middle' : 'wide'
    }
    const hidden = shown.length - drawn.length
    this.more.hidden = hidden <= 0 && shown.length > 0
    this.more.textContent = shown.length === 0 ? this.ctx.t('choice.noMatch') : this.ctx.t('choice.more', { n: hidden })
    this.paint()
  }

  private button(label: string, keys: readonly (string | null)[]): HTMLButtonElement {
    const key = keys[this.ctx.question.labels.indexOf(label)] ?? null
    const button = h(
      'button',
      { type: 'button', class: 'hl-option', 'aria-keyshortcuts': key, disabled: this.ctx.readonly },
      h('span', { class: 'hl-option-name', dir: 'auto' }, label),
      h('span', { class: 'hl-option-note' }),
      key === null ? null : keycap(cap(key)),
    )
    button.addEventListener('click', (event) => {
      // After a click the focus would stay here and make Enter mean this label for the next question.
      if (event.detail > 0) button.blur()
      this.choose(label)
    })
    return button
  }

  /** Marks what is chosen and what is suggested; the two never look alike. */
  private paint(): void {
    const { question, t } = this.ctx
    const suggested = new Set(suggestedOf(question))
    const first = this.filter.value.trim() === '' ? undefined : this.matching()[0]
    for (const [label, button] of this.buttons) {
      const note = button.querySelector('.hl-option-note')
      const isSuggested = suggested.has(label)
      button.setAttribute('aria-pressed', String(this.chosen.has(label)))
      button.classList.toggle('hl-suggested', isSuggested)
      button.classList.toggle('hl-first', label === first)
      const confidence = question.suggestion?.confidence
      const sure = typeof confidence === 'number' ? Math.round(confidence * 100) : null
      const words = sure === null ? t('choice.suggested') : t('choice.suggestedSure', { sure })
      // A narrow button has room for the number only; readers and the pointer get the words.
      const short = this.options.dataset.width === 'narrow' && sure !== null
      if (note) note.textContent = !isSuggested ? '' : short ? t('choice.sure', { sure }) : words
      if (isSuggested) button.setAttribute('aria-description', words)
      else button.removeAttribute('aria-description')
      button.title = isSuggested ? words : ''
    }
  }

  private flash(label: string): void {
    const button = this.buttons.get(label)
    if (!button) return
    button.classList.remove('hl-hit')
    void button.offsetWidth // restarts the animation
    button.classList.add('hl-hit')
  }

  private drawFoot(): void {
    const { question, readonly, t } = this.ctx
    this.foot.replaceChildren()
    if (readonly) return
    const act = (text: string, key: string, run: () => void, kind: string) => {
      const button = h('button', { type: 'button', class: `hl-act ${kind}`, 'aria-keyshortcuts': key }, text, keycap(cap(key)))
      button.addEventListener('click', (event) => {
        if (event.detail > 0) button.blur()
        run()
      })
      this.foot.append(button)
    }
    const suggested = suggestedOf(question)
    const again = !question.multi && this.chosen.size > 0
    if (question.multi) {
      if (this.chosen.size > 0) act(t('choice.submitN', { n: this.chosen.size }), 'Enter', () => this.submit(), 'hl-act-main')
      act(t('choice.none'), 'n', () => this.commit([]), 'hl-act-quiet')
    }
    if (question.labels.length >= FILTER_FROM && !alwaysFilter(question)) {
      act(t('choice.filter'), '/', () => this.openFilter(), 'hl-act-quiet')
    }
    if (again) act(t('choice.keep', { labels: [...this.chosen].join(', ') }), 'Enter', () => this.accept(), 'hl-act-main')
    else if (suggested.length > 0) {
      const key = question.multi && this.chosen.size > 0 ? ' ' : 'Enter'
      act(t('choice.acceptThis', { labels: suggested.join(', ') }), key, () => this.accept(), 'hl-act-suggest')
    }
  }

  private onFilterKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.filter.value = ''
      this.filter.blur()
      this.filterRow.hidden = !alwaysFilter(this.ctx.question)
      this.drawOptions()
    } else if (event.key === 'Enter') {
      const [first] = this.matching()
      if (first === undefined) return
      event.preventDefault()
      this.filter.value = ''
      this.drawOptions()
      this.choose(first)
    } else return
    event.stopPropagation()
  }
}

/** With few labels, all on keys, the field stays out of the way until it is called for. */
function alwaysFilter(question: Question): boolean {
  return question.labels.length > FIELD_FROM
}

const choice: WidgetModule = {
  widget: 'choice',
  apiVersion: API_VERSION,
  keys: choiceKeys,
  media: (question) => question.items.flatMap((item) => imagesOf(item).map((image) => image.blob)),
  mount: (element, ctx) => new ChoiceHandle(element, ctx),
}

export default choice
