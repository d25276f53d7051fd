import 'fake-indexeddb/auto'
import { describe, expect, test } from 'vitest'
import { uuid } from '../../src/core/clock'
import { folded, layered } from '../../src/core/graph'
import { indexedKeep, memoryKeep } from '../../src/core/keep'
import { cap, conflicts, Keymap, type KeyPress, nameOf } from '../../src/core/keymap'
import { closesQuestion, mayBringQuestions, touched } from '../../src/core/live'
import { format } from '../../src/core/messages'
import { band, domainOf, line, linear, ticks } from '../../src/core/plot'
import { Stopwatch } from '../../src/core/stopwatch'
import { HandClock } from './stage'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  inText: false,
  ...more,
})
const binding = (id: string, ...keys: string[]) => ({ id, keys, title: id, group: 'test' })

describe('stopwatch', () => {
  test('counts time with somebody there, a minute at most without a sign of life', () => {
    const clock = new HandClock()
    const watch = new Stopwatch(clock)
    clock.time += 2_500
    expect(watch.read()).toBe(2.5)
    clock.time += 3_600_000
    expect(watch.read()).toBe(62.5)
  })

  test('counts nothing while the page is hidden', () => {
    const clock = new HandClock()
    const watch = new Stopwatch(clock, 3)
    clock.time += 1_000
    watch.pause()
    clock.time += 30_000
    watch.resume()
    clock.time += 1_000
    expect(watch.read()).toBe(5)
  })
})

describe('keymap', () => {
  test('names keys as people write them', () => {
    expect(nameOf(press('?', { shiftKey: true }))).toBe('?')
    expect(nameOf(press('H', { shiftKey: true }))).toBe('Shift+h')
    expect(nameOf(press('h'))).toBe('h')
    expect(nameOf(press('Enter', { ctrlKey: true }))).toBe('Mod+Enter')
    expect(cap('Shift+h')).toBe('⇧H')
    expect(cap(' ')).toBe('Space')
  })

  test('the newest layer has the key, and fields keep their letters', () => {
    const map = new Keymap()
    const ran: string[] = []
    const run = (id: string) => ran.push(id)
    map.push([binding('page', 'a'), { ...binding('send', 'Mod+Enter'), inText: true }], run)
    const away = map.push([binding('dialog', 'a')], run)
    map.press(press('a'))
    expect(map.press(press('a', { inText: true }))).toBe(false)
    expect(map.press(press('Enter', { metaKey: true, inText: true }))).toBe(true)
    away()
    map.press(press('a'))
    expect(ran).toEqual(['dialog', 'send', 'page'])
    expect(map.press(press('a', { repeat: true }))).toBe(false)
  })

  test('two actions for one key are a conflict', () => {
    expect(conflicts([binding('x', 'a', 'b'), binding('y', 'b')])).toEqual([{ key: 'b', ids: ['x', 'y'] }])
    expect(() => new Keymap().push([binding('x', 'a'), binding('y', 'a')], () => undefined)).toThrow(/x and y/)
  })

  test('the sheet leaves out keys that a newer layer has taken', () => {
    const map = new Keymap()
    map.push([binding('page', 'a', 'b')], () => undefined)
    map.push([binding('dialog', 'a')], () => undefined)
    expect(map.list().map((one) => [one.id, one.keys])).toEqual([
      ['dialog', ['a']],
      ['page', ['b']],
    ])
  })
})

describe.each([
  ['memory', async () => memoryKeep()],
  ['indexeddb', async () => indexedKeep(`test-${Math.random()}`)],
])('keep in %s', (_name, open) => {
  test('reads back, lists by prefix in order, removes', async () => {
    const keep = await open()
    await keep.set('a/2', { n: 2 })
    await keep.set('a/1', { n: 1 })
    await keep.set('b/1', { n: 3 })
    expect(await keep.list('a/')).toEqual([{ n: 1 }, { n: 2 }])
    expect(await keep.get('b/1')).toEqual({ n: 3 })
    await keep.remove('a/1')
    expect(await keep.get('a/1')).toBeUndefined()
    expect(await keep.list('a/')).toEqual([{ n: 2 }])
  })
})

describe('messages', () => {
  test('fills places and chooses the plural form', () => {
    expect(format('{n, one: an item | other: # items}', { n: 1 })).toBe('an item')
    expect(format('{n, one: an item | other: # items} of {who}', { n: 1797, who: 'Ada' })).toBe('1,797 items of Ada')
    expect(format('{missing} stays')).toBe('{missing} stays')
  })
})

describe('plot', () => {
  test('scales and places ticks on round numbers', () => {
    expect(linear([0, 10], [0, 100])(2.5)).toBe(25)
    expect(linear([1, 1], [0, 100])(1)).toBe(50)
    expect(ticks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticks([13, 187], 4)).toEqual([50, 100, 150])
    expect(domainOf([0.2, 0.9], [0, 1])[1]).toBeLessThanOrEqual(1)
  })

  test('draws a band there and back', () => {
    expect(line([[0, 1], [2, 3]])).toBe('M0 1L2 3')
    expect(band([[0, 1], [2, 3]], [[0, 5], [2, 6]])).toBe('M0 1L2 3L2 6L0 5Z')
  })
})

describe('graph', () => {
  test('puts a node after all its sources and ends on cycles', () => {
    const placed = layered(['a', 'b', 'c'], [['a', 'b'], ['b', 'c'], ['a', 'c']])
    expect(placed.map((one) => [one.id, one.column])).toEqual([['a', 0], ['b', 1], ['c', 2]])
    expect(layered(['x', 'y'], [['x', 'y'], ['y', 'x']])).toHaveLength(2)
  })
})

test('many nodes of a kind are folded into one that stands for them', () => {
  const labels = Array.from({ length: 10 }, (_, i) => ({ id: `i${i}`, kind: 'label', text: '4' }))
  const commit = { id: 'c1', kind: 'commit', text: '' }
  const graph = folded([...labels, commit], labels.map((one) => [one.id, 'c1'] as const), 3)
  expect(graph.nodes.map((one) => one.id)).toEqual(['i0', 'i1', 'i2', 'more:label', 'c1'])
  expect(graph.hidden.get('more:label')).toBe(7)
  expect(graph.edges).toHaveLength(4)
})

describe('live', () => {
  test('says what an event makes old', () => {
    expect(touched('model.trained')).toContain('models')
    expect(touched('something.new')).toEqual(['overview'])
    expect(mayBringQuestions('question.asked')).toBe(true)
    expect(mayBringQuestions('question.claimed')).toBe(false)
    expect(closesQuestion('question.closed')).toBe(true)
  })
})

test('uuid is a version 4 UUID', () => {
  expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
