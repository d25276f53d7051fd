// A decision: what it would do, the evidence, and approve, reject or defer with a reason.

import { cap } from '../../core/keymap'
import { API_VERSION, type Ctx, type Handle, type WidgetModule } from '../contract'
import { h, keycap } from '../dom'
import { type DecisionBody, type Finding, readDecision } from './evidence'
import { classTable, confusionPicture, differencePlot, whiskers } from './plots'
import { readSplit } from '../../core/split'
import { SplitPart, type Thresholds } from './split'
import './style.css'

const KEYS: Record<string, string> = { approve: 'a', reject: 'r', defer: 'd', modify: 'm' }

interface DecisionValue {
  decision: string
  reason: string
  parameters?: Thresholds
}

class DecisionHandle implements Handle {
  private readonly root = h('div', { class: 'hl-decision' })
  private readonly reason = h('textarea', { class: 'hl-reason', rows: 3, maxlength: 20_000 })
  private readonly problem = h('p', { class: 'hl-problem', role: 'alert' })
  private readonly send = h('button', { type: 'button', class: 'hl-send' })
  private options = new Map<string, HTMLButtonElement>()
  private chosen: string | null = null
  private split: SplitPart | null = null

  constructor(
    element: HTMLElement,
    private ctx: Ctx,
  ) {
    this.reason.addEventListener('input', () => this.changed())
    this.send.addEventListener('click', () => this.commit())
    element.append(this.root)
    this.draw()
  }

  update(ctx: Ctx): void {
    const same = ctx.question.id === this.ctx.question.id && ctx.readonly === this.ctx.readonly
    this.ctx = ctx
    if (!same) this.draw()
  }

  press(action: string): void {
    if (this.ctx.readonly) return
    if (action === 'send') this.commit()
    else if (this.options.has(action)) this.choose(action)
  }

  focus(): void {
    this.reason.focus()
  }

  destroy(): void {
    this.root.remove()
  }

  private draw(): void {
    const { question, initial, t } = this.ctx
    const body = readDecision(question.body ?? {})
    const before = initial as Partial<DecisionValue> | undefined
    this.chosen = before?.decision ?? null
    this.reason.value = before?.reason ?? ''
    this.problem.textContent = ''
    const effect = h(
      'section',
      { class: 'hl-effect' },
      h('h3', {}, t('decision.effect')),
      h('p', {}, body.effect || t('decision.noEffect')),
      this.terms(body),
    )
    const act = h('div', { class: 'hl-act-side' }, effect)
    if (!this.ctx.readonly) act.append(this.form(body))
    const evidence = h('div', { class: 'hl-evidence' }, ...evidenceParts(body, this.ctx))
    const split = readSplit(question.body?.evidence)
    this.split = split ? new SplitPart(split, t, this.ctx.readonly, () => this.thresholdsMoved()) : null
    if (this.split) evidence.prepend(h('section', { class: 'hl-part' }, h('h3', {}, t('split.title')), this.split.element))
    this.root.replaceChildren(act, evidence)
    this.paint()
  }

  private terms(body: DecisionBody): HTMLElement {
    const { t } = this.ctx
    const terms = h('ul', { class: 'hl-terms' })
    if (body.roles.length > 0) terms.append(h('li', {}, t('decision.roles', { roles: body.roles.join(', ') })))
    if (body.expires && body.fallback) {
      const when = new Date(body.expires).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
      terms.append(h('li', {}, t('decision.expires', { when, fallback: t(`decision.past.${body.fallback}`) })))
    }
    return terms
  }

  private form(body: DecisionBody): HTMLElement {
    const { t } = this.ctx
    const group = h('div', { class: 'hl-verdicts', role: 'group', 'aria-label': t('decision.yours') })
    this.options = new Map()
    for (const choice of body.choices) {
      const key = KEYS[choice] ?? null
      const button = h(
        'button',
        { type: 'button', class: `hl-verdict hl-verdict-${choice}`, 'aria-keyshortcuts': key },
        h('span', { class: 'hl-verdict-name' }, t(`decision.do.${choice}`)),
        key === null ? null : keycap(cap(key)),
      )
      button.addEventListener('click', () => this.choose(choice))
      this.options.set(choice, button)
      group.append(button)
    }
    this.send.replaceChildren(h('span', {}, t('decision.send')), keycap(cap('Mod+Enter')))
    const label = h('label', { class: 'hl-reason-label' }, h('span', {}, t('decision.reason')), this.reason)
    return h('section', { class: 'hl-form' }, h('h3', {}, t('decision.yours')), group, label, this.problem, this.send)
  }

  private choose(choice: string): void {
    this.chosen = choice
    this.paint()
    this.changed()
    this.reason.focus()
  }

  /** Other thresholds are a modified decision, unless it is to be refused. */
  private thresholdsMoved(): void {
    if (this.split?.moved && this.chosen !== 'reject' && this.chosen !== 'defer') this.chosen = 'modify'
    if (!this.split?.moved && this.chosen === 'modify') this.chosen = 'approve'
    this.paint()
    this.changed()
  }

  private paint(): void {
    for (const [choice, button] of this.options) button.setAttribute('aria-pressed', String(choice === this.chosen))
    const { t } = this.ctx
    const name = this.send.querySelector('span')
    if (name) name.textContent = this.chosen ? t(`decision.send.${this.chosen}`) : t('decision.send')
  }

  private changed(): void {
    this.problem.textContent = ''
    this.ctx.emit(this.value())
  }

  private value(): DecisionValue {
    const value: DecisionValue = { decision: this.chosen ?? '', reason: this.reason.value.trim() }
    if (this.chosen === 'modify' && this.split?.moved) value.parameters = this.split.moved
    return value
  }

  private commit(): void {
    const { t } = this.ctx
    const value = this.value()
    if (!value.decision) this.problem.textContent = t('decision.choose')
    else if (!value.reason) {
      this.problem.textContent = t('decision.reasonWanted')
      this.reason.focus()
    } else if (value.decision === 'approve' && this.split?.moved) this.problem.textContent = t('split.movedNotApproved')
    else this.ctx.emit(value, { commit: true })
  }
}

function evidenceParts(body: DecisionBody, { t }: Ctx): HTMLElement[] {
  const { contenders, difference, against, perClass, confusion, flipped, findings } = body.evidence
  const part = (title: string, ...children: (Node | string)[]) =>
    h('section', { class: 'hl-part' }, h('h3', {}, title), ...children)
  const parts: HTMLElement[] = []
  if (findings.length > 0) parts.push(part(t('decision.findings'), findingList(findings, t)))
  if (contenders.some((one) => one.accuracy !== null)) parts.push(part(t('decision.accuracy'), whiskers(contenders, t)))
  if (difference) parts.push(part(t('decision.differenceTitle', { against: t(`decision.role.${against}`) }), differencePlot(difference, t)))
  if (flipped !== null && contenders.some((one) => one.role === 'current')) parts.push(part(t('decision.flippedTitle'), h('p', {}, t('decision.flipped', { n: flipped }))))
  if (perClass.length > 0) parts.push(part(t('decision.perClass'), classTable(perClass, t)))
  if (confusion && confusion.labels.length > 0) parts.push(part(t('decision.confusion'), confusionPicture(confusion, t)))
  return parts
}

function findingList(findings: readonly Finding[], t: Ctx['t']): HTMLElement {
  const list = h('ul', { class: 'hl-findings' })
  for (const { check, severity, message } of findings) {
    const level = ['error', 'fail', 'block', 'high'].includes(severity)
      ? 'bad'
      : ['warning', 'warn', 'medium'].includes(severity)
        ? 'doubt'
        : 'fine'
    list.append(
      h('li', { class: `hl-finding hl-finding-${level}` }, h('strong', {}, t(`decision.level.${level}`)), h('span', {}, message || check)),
    )
  }
  return list
}

const decision: WidgetModule = {
  widget: 'decision',
  apiVersion: API_VERSION,
  keys: (question, reserved, t) => {
    const group = t('keys.group.decide')
    const choices = readDecision(question.body ?? {}).choices
    const bindings = choices.flatMap((choice) => {
      const key = KEYS[choice]
      return key && !reserved.includes(key) ? [{ id: choice, keys: [key], title: t(`decision.do.${choice}`), group }] : []
    })
    return [...bindings, { id: 'send', keys: ['Mod+Enter'], title: t('decision.send'), group, inText: true }]
  },
  media: () => [],
  mount: (element, ctx) => new DecisionHandle(element, ctx),
}

export default decision
