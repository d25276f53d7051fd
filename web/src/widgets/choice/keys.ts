// Which key stands for which label.

import type { KeyBinding } from '../../core/keymap'
import type { Question } from '../../core/shapes'
import type { Translate } from '../contract'

const DIGITS = '1234567890'
const LETTERS = 'qwertyuiopasdfghjklzxcvbnm'

/** More labels than this get a filter. */
export const FILTER_FROM = 10

/**
 * One key for each label, as long as there are keys: a label that is itself one free character has that key
 * (the digit 3 is key 3), the others take 1 to 9, 0, then letters in keyboard order.
 */
export function keysFor(labels: readonly string[], reserved: readonly string[]): (string | null)[] {
  const free = new Set([...DIGITS, ...LETTERS].filter((key) => !reserved.includes(key)))
  const own = labels.map((label) => {
    const key = label.toLowerCase()
    return free.delete(key) ? key : null
  })
  const rest = [...free]
  return own.map((key) => key ?? rest.shift() ?? null)
}

/** Keys that no label may have: those of the screen, and 'n' for none of them. */
export function labelReserved(question: Question, reserved: readonly string[]): string[] {
  return [...reserved, ...(question.multi ? ['n'] : [])]
}

export function choiceKeys(question: Question, reserved: readonly string[], t: Translate): KeyBinding[] {
  const labels = keysFor(question.labels, labelReserved(question, reserved))
  const group = t('keys.group.answer')
  const bindings: KeyBinding[] = []
  labels.forEach((key, i) => {
    if (key !== null) bindings.push({ id: `label:${i}`, keys: [key], title: question.labels[i] ?? '', group })
  })
  if (question.multi) {
    bindings.push({ id: 'submit', keys: ['Enter'], title: t('choice.submit'), group })
    bindings.push({ id: 'none', keys: ['n'], title: t('choice.none'), group })
    if (question.suggestion) bindings.push({ id: 'accept', keys: [' '], title: t('choice.accept'), group })
  } else {
    // Enter also confirms the answer that an undo came back to.
    bindings.push({ id: 'accept', keys: ['Enter', ' '], title: t('choice.accept'), group })
  }
  if (question.labels.length >= FILTER_FROM) {
    bindings.push({ id: 'filter', keys: ['/'], title: t('choice.filter'), group })
  }
  return bindings
}
