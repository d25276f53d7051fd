// A grid: what is marked, where the arrows lead, that every item becomes an answer of its own, and what a split is worth.

import { expect, test } from 'vitest'
import { exact, worth, type Split } from '../../src/core/split'
import { asOne } from '../../src/screens/grid/sheet'
import { moved, valueOf } from '../../src/widgets/grid/marks'
import { question } from './stage'

test('arrows stay inside the grid', () => {
  expect(moved(0, 'left', 4, 10)).toBe(0)
  expect(moved(0, 'down', 4, 10)).toBe(4)
  expect(moved(8, 'down', 4, 10)).toBe(8)
  expect(moved(5, 'up', 4, 10)).toBe(1)
  expect(moved(0, 'right', 4, 10, true)).toBe(0)
})

test('what nobody can tell is not chosen', () => {
  expect(valueOf({ chosen: ['i1', 'i2'], unsure: ['i2'] })).toEqual({ chosen: ['i1'], unsure: ['i2'] })
  expect(valueOf(null)).toEqual({ chosen: [], unsure: [] })
})

test('each item is an answer of its own, the same when it is sent again, another when it is corrected', () => {
  let made = 0
  const newId = () => `id${made++}`
  const asked = [1, 2, 3].map((n) => question(n, { labels: ['3'], items: [{ id: `i${n}`, data: {} }] }))
  const sheet = asOne(asked, newId)
  sheet.value = { chosen: ['i2'], unsure: ['i3'] }
  const sent = sheet.answers()
  expect(sent.map(({ chosen, outcome }) => [chosen, outcome])).toEqual([[false, 'answered'], [true, 'answered'], [false, 'unsure']])
  expect(sheet.answers()).toEqual(sent)
  const again = sheet.again(newId)
  expect(again.value).toEqual(sheet.value)
  expect(again.answers().map((one) => one.supersedes)).toEqual(sent.map((one) => one.id))
  expect(new Set([...sent, ...again.answers()].map((one) => one.id)).size).toBe(6)
})

test('the interval of a share is the exact one', () => {
  const found = exact(3, 10)
  expect(found.low).toBeCloseTo(0.06674, 4)
  expect(found.high).toBeCloseTo(0.65245, 4)
  expect(exact(97, 100).low).toBeCloseTo(0.91482, 4)
  expect(exact(0, 0)).toEqual({ value: null, low: 0, high: 1, n: 0 })
})

test('moved thresholds are measured by the same answers', () => {
  const share = { value: 1, low: 0.5, high: 1, n: 2 }
  const split: Split = {
    label: '3', aim: { precision: 0.9, recall: 0.9 }, low: 0.2, high: 0.8, yes: 10, ask: 20, no: 70, precision: share, recall: share,
    histogram: [{ start: 0, end: 0.5, items: 80, answers: 2, yes: 0 }, { start: 0.5, end: 1, items: 20, answers: 3, yes: 2 }],
    answers: [[0.9, true], [0.7, true], [0.6, false], [0.1, false]],
  }
  const found = worth(split, 0.5, 0.65)
  expect(found.precision).toMatchObject({ value: 1, n: 2 })
  expect(found.recall).toMatchObject({ value: 1, n: 2 })
  expect([found.yes, found.no]).toEqual([14, 80])
  expect(worth(split, null, null)).toMatchObject({ yes: 0, no: 0, precision: { value: null }, recall: { value: 1 } })
})
