import { describe, expect, test } from 'vitest'
import { memoryKeep } from '../../src/core/keep'
import { Outbox, type SendResult } from '../../src/core/outbox'
import type { AnswerDraft } from '../../src/core/shapes'
import { HandClock, settle } from './stage'

const answer = (id: string, more: Partial<AnswerDraft> = {}): AnswerDraft => ({
  id,
  question: `q-${id}`,
  outcome: 'answered',
  value: { labels: ['a'] },
  seconds: 1,
  suggestion_shown: false,
  edited: false,
  ...more,
})

const accepted = (a: AnswerDraft): SendResult => ({
  kind: 'accepted',
  receipt: { id: a.id, question: a.question, state: 'answered', counted: true, late: false },
})
const offline: SendResult = { kind: 'later', problem: { code: 'network', message: 'no connection' } }

function stage(send: (a: AnswerDraft) => Promise<SendResult>, keep = memoryKeep(), owner = 'a1') {
  const clock = new HandClock()
  return { clock, keep, box: new Outbox({ keep, owner, send, clock, random: () => 1 }) }
}

describe('outbox', () => {
  test('sends and forgets', async () => {
    const sent: string[] = []
    const { box, keep } = stage(async (a) => (sent.push(a.id), accepted(a)))
    await box.add(answer('1'))
    await settle()
    expect(sent).toEqual(['1'])
    expect(box.state.get().unsent).toBe(0)
    expect(await keep.list('outbox/')).toEqual([])
  })

  test('keeps what could not be sent over a reload, and sends it then', async () => {
    const keep = memoryKeep()
    const first = stage(async () => offline, keep)
    await first.box.add(answer('1'))
    await first.box.add(answer('2'))
    await settle()
    expect(first.box.state.get()).toMatchObject({ unsent: 2, waiting: { code: 'network' } })
    first.box.close()

    const sent: string[] = []
    const second = stage(async (a) => (sent.push(a.id), accepted(a)), keep)
    await second.box.open()
    await settle()
    expect(sent).toEqual(['1', '2'])
    expect(await keep.list('outbox/')).toEqual([])
  })

  test('never sends the answers of another person', async () => {
    const keep = memoryKeep()
    const first = stage(async () => offline, keep, 'a1')
    await first.box.add(answer('1'))
    const sent: string[] = []
    const second = stage(async (a) => (sent.push(a.id), accepted(a)), keep, 'a2')
    await second.box.open()
    await settle()
    expect(sent).toEqual([])
  })

  test('waits longer after each failure and tries at once when kicked', async () => {
    let tries = 0
    const { box, clock } = stage(async () => (tries++, offline))
    await box.add(answer('1'))
    await settle()
    expect(tries).toBe(1)
    await clock.forward(500)
    expect(tries).toBe(2)
    await clock.forward(500)
    expect(tries).toBe(2)
    await clock.forward(500)
    expect(tries).toBe(3)
    box.kick()
    await settle()
    expect(tries).toBe(4)
  })

  test('a correction leaves after what it corrects', async () => {
    const sent: string[] = []
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const { box } = stage(async (a) => {
      sent.push(a.id)
      if (a.id === 'old') await gate
      return accepted(a)
    })
    await box.add(answer('old'))
    await box.add(answer('new', { supersedes: 'old' }))
    await settle()
    expect(sent).toEqual(['old'])
    open()
    await settle()
    expect(sent).toEqual(['old', 'new'])
  })

  test('a correction of a refused answer stands alone, and the refusal stays visible over a reload', async () => {
    const keep = memoryKeep()
    const sent: AnswerDraft[] = []
    const { box } = stage(async (a) => {
      sent.push(a)
      return a.id === 'old' ? { kind: 'refused', problem: { code: 'HL022', message: 'no' } } : accepted(a)
    }, keep)
    const adding = box.add(answer('old'))
    await box.add(answer('new', { supersedes: 'old' }))
    await adding
    await settle()
    expect(sent.map((a) => [a.id, a.supersedes])).toEqual([
      ['old', undefined],
      ['new', undefined],
    ])
    expect(box.state.get().refused).toHaveLength(1)

    const again = stage(async (a) => accepted(a), keep)
    await again.box.open()
    expect(again.box.state.get().refused).toHaveLength(1)
    await again.box.dismissRefused()
    expect(await keep.list('refused/')).toEqual([])
  })

  test('withdraws what was never sent, and only that', async () => {
    const { box } = stage(() => new Promise(() => undefined))
    for (const id of ['1', '2', '3', '4']) void box.add(answer(id))
    await settle()
    expect(box.withdraw('1')).toBe(false)
    expect(box.withdraw('4')).toBe(true)
    expect(box.state.get().unsent).toBe(3)
  })
})
