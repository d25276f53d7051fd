// No two actions of a screen want the same key, whatever the labels of a question are.

import { describe, expect, test } from 'vitest'
import { conflicts } from '../src/core/keymap'
import { t } from '../src/i18n'
import { appKeys, decideKeys, drawKeys, goKeys, homeKeys, itemsKeys, keysOf, labelKeys, mapKeys, requestKeys } from '../src/screens/keys'
import { choiceKeys, keysFor } from '../src/widgets/choice/keys'
import { verdictKeys } from '../src/widgets/verdict/keys'
import fixtures from '../src/widgets/verdict/fixtures.json'
import { question } from './core/stage'

const digits = [...'0123456789']
const sets: [string, string[]][] = [
  ['two', ['ham', 'spam']],
  ['digits', digits],
  ['letters', [...'abcdefghijklmnopqrstuvwxyz']],
  ['many', Array.from({ length: 10_000 }, (_, i) => `label ${i}`)],
  ['odd', ['/', '?', 'Enter', ' ', 's', 'S', 'Ä', '0', '字']],
]
const reserved = [...keysOf(labelKeys), ...keysOf(appKeys), ...keysOf(goKeys), '/', 'Enter', ' ']

describe.each(sets)('labels: %s', (_name, labels) => {
  test.each([false, true])('keys of the label screen do not conflict (several: %s)', (multi) => {
    const asked = question(1, { labels, multi, suggestion: { value: { labels: [labels[0]] }, confidence: 0.9, model: 'm1' } })
    const all = [...appKeys, ...goKeys, ...labelKeys, ...choiceKeys(asked, reserved, t)]
    expect(conflicts(all)).toEqual([])
  })

  test('nor do those of a verdict on one of them', () => {
    const body = { given: [labels[0]], proposed: [labels[1]], reasons: [], identical: 1 }
    const all = [...appKeys, ...goKeys, ...labelKeys, ...verdictKeys(question(1, { labels, body }), keysOf([...labelKeys, ...appKeys]), t)]
    expect(conflicts(all)).toEqual([])
  })
})

test.each([
  ['home', homeKeys],
  ['items', itemsKeys],
  ['decide', decideKeys],
  ['map', [...mapKeys, ...drawKeys]],
  ['data, merge requests', requestKeys],
])('keys of the screen %s do not conflict', (_name, keys) => {
  expect(conflicts([...appKeys, ...goKeys, ...keys])).toEqual([])
})

test('decision keys are free on their screen', () => {
  const taken = keysOf([...appKeys, ...goKeys, ...decideKeys])
  for (const key of ['a', 'r', 'd', 'm', 'Mod+Enter']) expect(taken).not.toContain(key)
})

test('a digit has its own key, others take 1 to 9, 0, then letters', () => {
  expect(keysFor(digits, reserved)).toEqual(digits)
  expect(keysFor(['ham', 'spam', '2'], reserved)).toEqual(['1', '3', '2'])
  const eleven = Array.from({ length: 11 }, (_, i) => `label ${i}`)
  expect(keysFor(eleven, reserved).slice(8)).toEqual(['9', '0', 'q'])
  expect(keysFor(['x', 's'], reserved)).toEqual(['x', '1'])
})

test.each(fixtures)('keys of a verdict: $name', ({ question: part, answers }) => {
  const bindings = verdictKeys(question(1, part), keysOf([...labelKeys, ...appKeys]), t)
  for (const { press, value } of answers) {
    const action = bindings.find(({ keys }) => keys.includes(press.at(-1) ?? ''))?.id
    const labelOf = (key: string) => part.labels[Number(bindings.find(({ keys }) => keys.includes(key))?.id.split(':')[1])]
    const marked = new Set(part.body.given)
    for (const label of press.map(labelOf)) if (label !== undefined && !marked.delete(label)) marked.add(label)
    const several = action === 'again' ? part.labels.filter((label) => marked.has(label)) : null
    const named = action === 'keep' ? part.body.given : action === 'change' ? part.body.proposed : several
    expect(named ?? [part.labels[Number(action?.split(':')[1])]]).toEqual(value.labels)
    for (const key of press) expect(bindings.some(({ keys }) => keys.includes(key))).toBe(true)
  }
})
