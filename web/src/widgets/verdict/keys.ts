// Keys of a verdict: keep, change to what is proposed, or any other label by its own key (several: a key switches a label).

import type { KeyBinding } from '../../core/keymap'
import type { Question } from '../../core/shapes'
import { FILTER_FROM, keysFor } from '../choice/keys'
import type { Translate } from '../contract'

export interface Doubt {
  given: string[]
  proposed: string[]
  reasons: string[]
  /** Items with the very same content and the same label. */
  identical: number
}

const words = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

/** What the question's body says of the label; missing parts are empty. */
export function doubtOf(question: Question): Doubt {
  const body = question.body ?? {}
  const identical = typeof body.identical === 'number' ? body.identical : 0
  return { given: words(body.given), proposed: words(body.proposed), reasons: words(body.reasons), identical }
}

/** Whether something else is proposed. Of several labels, none is a proposal too. */
export function canChange(question: Question): boolean {
  return question.multi || doubtOf(question).proposed.length > 0
}

/** Labels as people read them. */
export function named(labels: string[], t: Translate): string {
  return labels.length > 0 ? labels.join(', ') : t('choice.none')
}

const OWN = ['k', 'c', 'e', 'i']

/** One key for each label; the widget's own keys are not among them. */
export function labelKeysOf(question: Question, reserved: readonly string[]): (string | null)[] {
  return keysFor(question.labels, [...reserved, ...OWN, '/', 'Enter', ' '])
}

export function verdictKeys(question: Question, reserved: readonly string[], t: Translate): KeyBinding[] {
  const group = t('keys.group.answer')
  const { given, proposed, identical } = doubtOf(question)
  const bindings: KeyBinding[] = [
    { id: 'keep', keys: ['k'], title: t('verdict.keep', { labels: named(given, t) }), group },
    { id: 'why', keys: ['e'], title: t('verdict.why'), group },
    { id: 'again', keys: ['Enter'], title: t('verdict.again'), group },
  ]
  if (canChange(question)) {
    bindings.push({ id: 'change', keys: ['c'], title: t('verdict.change', { labels: named(proposed, t) }), group })
  }
  if (identical > 0) bindings.push({ id: 'identical', keys: ['i'], title: t('verdict.identical', { n: identical }), group })
  labelKeysOf(question, reserved).forEach((key, i) => {
    if (key !== null) bindings.push({ id: `label:${i}`, keys: [key], title: question.labels[i] ?? '', group })
  })
  if (question.labels.length >= FILTER_FROM) bindings.push({ id: 'filter', keys: ['/'], title: t('choice.filter'), group })
  return bindings
}
