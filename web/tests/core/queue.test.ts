import { describe, expect, test } from 'vitest'
import { type Keep, memoryKeep } from '../../src/core/keep'
import { Outbox, type SendResult } from '../../src/core/outbox'
import { Queue, type Reply, sweep } from '../../src/core/queue'
import type { AnswerDraft, Question } from '../../src/core/shapes'
import { HandClock, question, settle } from './stage'

const reply = (label: string): Reply => ({
  outcome: 'answered',
  value: { labels: [label] },
  seconds: 1.5,
  suggestionShown: false,
  edited: false,
})

function stage(options: { total?: number; keep?: Keep; online?: boolean; from?: number } = {}) {
  const clock = new HandClock()
  const keep = options.keep ?? memoryKeep()
  const world = { online: options.online ?? true, next: options.from ?? 1, renewals: 0, gone: new Set<string>() }
  const sent: AnswerDraft[] = []
  const released: string[] = []
  const claims: number[] = []
  const prepared: string[] = []
  const send = async (a: AnswerDraft): Promise<SendResult> => {
    if (!world.online) return { kind: 'later', problem: { code: 'network', message: 'offline' } }
    sent.push(a)
    return { kind: 'accepted', receipt: { id: a.id, question: a.question, state: 'answered', counted: true, late: false } }
  }
  const outbox = new Outbox({ keep, owner: 'a1', send, clock, random: () => 1 })
  let ids = 0
  const queue = new Queue({
    keep,
    name: 'a1/p1/digit/tab',
    outbox,
    clock,
    newId: () => `answer-${++ids}-${Math.random()}`,
    claim: async (n) => {
      claims.push(n)
      if (!world.online) throw new Error('offline')
      const out: Question[] = []
      const expires = new Date(clock.now() + 600_000).toISOString()
      while (out.length < n && world.next <= (options.total ?? 100)) out.push(question(world.next++, { expires }))
      return out
    },
    release: async (list) => released.push(...list),
    renew: async (id) => {
      world.renewals++
      if (world.gone.has(id)) throw Object.assign(new Error('withdrawn'), { code: 'HL064' })
      return question(Number(id.slice(1)), { expires: new Date(clock.now() + 600_000).toISOString() })
    },
    prepare: async (q) => void prepared.push(q.id),
  })
  return { clock, keep, queue, outbox, world, sent, released, claims, prepared }
}

const shown = (queue: Queue) => queue.state.get().current?.question.id

describe('queue', () => {
  test('keeps at least five prepared questions ahead, in the order of the claim', async () => {
    const { queue, prepared } = stage()
    await queue.open()
    await settle()
    for (let i = 1; i <= 12; i++) {
      expect(shown(queue)).toBe(`q${i}`)
      expect(queue.state.get().ahead.length).toBeGreaterThanOrEqual(4)
      expect(prepared).toContain(`q${i + 4}`)
      queue.submit(reply('a'))
      await settle()
    }
  })

  test('shows the next question in the same turn as the answer', async () => {
    const { queue } = stage()
    await queue.open()
    queue.submit(reply('a'))
    expect(shown(queue)).toBe('q2')
  })

  test('ends in empty and goes on when there is something again', async () => {
    const run = stage({ total: 2 })
    await run.queue.open()
    run.queue.submit(reply('a'))
    run.queue.submit(reply('b'))
    await settle()
    expect(run.queue.state.get().status).toBe('empty')
    run.world.next = 1
    await run.queue.refill()
    expect(run.queue.state.get().status).toBe('empty')
    expect(shown(run.queue)).toBeUndefined()
  })

  test('undo goes back over several questions; what was sent is superseded', async () => {
    const { queue, sent } = stage()
    await queue.open()
    const first = queue.submit(reply('a'))
    const second = queue.submit(reply('a'))
    await settle()
    expect(sent).toHaveLength(2)
    queue.undo()
    expect(shown(queue)).toBe('q2')
    queue.undo()
    expect(shown(queue)).toBe('q1')
    expect(queue.state.get().current?.draft?.value).toEqual({ labels: ['a'] })
    queue.submit(reply('b'))
    expect(shown(queue)).toBe('q2')
    queue.submit(reply('b'))
    expect(shown(queue)).toBe('q3')
    await settle()
    expect(sent.slice(2).map((a) => [a.question, a.supersedes])).toEqual([
      ['q1', first?.id],
      ['q2', second?.id],
    ])
  })

  test('undo of an answer that never left leaves no trace of it', async () => {
    const { queue, world, sent, outbox } = stage()
    await queue.open()
    world.online = false
    for (let i = 0; i < 4; i++) queue.submit(reply('a'))
    await settle()
    expect(outbox.state.get().unsent).toBe(4)
    queue.undo()
    queue.submit(reply('b'))
    world.online = true
    outbox.kick()
    await settle()
    const last = sent.filter((a) => a.question === 'q4')
    expect(last.map((a) => [a.value, a.supersedes])).toEqual([[{ labels: ['b'] }, undefined]])
  })

  test('a correction of a correction names the last answer that is on the server', async () => {
    const { queue, sent } = stage()
    await queue.open()
    queue.submit(reply('a'))
    await settle()
    queue.undo()
    queue.submit(reply('b'))
    await settle()
    queue.undo()
    queue.submit(reply('a'))
    await settle()
    expect(sent.map((a) => a.supersedes)).toEqual([undefined, sent[0]?.id, sent[1]?.id])
  })

  test('goes on without a connection as long as there are questions', async () => {
    const { queue, world, sent, outbox } = stage()
    await queue.open()
    await settle()
    world.online = false
    for (let i = 0; i < 5; i++) expect(queue.submit(reply('a'))).not.toBeNull()
    await settle()
    expect(queue.submit(reply('a'))).toBeNull()
    await queue.refill()
    expect(queue.state.get().status).toBe('unreachable')
    expect(outbox.state.get().unsent).toBe(5)
    world.online = true
    outbox.kick()
    await queue.refill()
    await settle()
    expect(sent).toHaveLength(5)
    expect(queue.state.get().status).toBe('ready')
  })

  test('a reload finds the question, its draft and the way back', async () => {
    const keep = memoryKeep()
    const before = stage({ keep })
    await before.queue.open()
    const answered = before.queue.submit(reply('a'))
    await settle()
    before.queue.saveDraft({ value: { labels: ['b'] }, seconds: 4 })
    await settle()

    const after = stage({ keep, from: 50 })
    await after.queue.open()
    expect(shown(after.queue)).toBe('q2')
    expect(after.queue.state.get().current?.draft).toEqual({ value: { labels: ['b'] }, seconds: 4 })
    after.queue.undo()
    expect(shown(after.queue)).toBe('q1')
    expect(after.queue.submit(reply('b'))?.supersedes).toBe(answered?.id)
  })

  test('after a reload, questions whose lease has ended are not shown', async () => {
    const keep = memoryKeep()
    const before = stage({ keep })
    await before.queue.open()
    await settle()
    const after = stage({ keep, from: 50 })
    after.clock.time += 601_000
    await after.queue.open()
    expect(shown(after.queue)).toBe('q50')
  })

  test('renews the lease on screen and drops those ahead that end', async () => {
    const { queue, clock, world } = stage()
    await queue.open()
    clock.time += 598_000
    await queue.tend()
    await settle()
    expect(world.renewals).toBe(1)
    expect(shown(queue)).toBe('q1')
    expect(queue.state.get().ahead[0]?.question.id).toBe('q6')
  })

  test('a withdrawn question goes away with a word about why', async () => {
    const { queue, clock, world } = stage()
    await queue.open()
    world.gone.add('q1')
    clock.time += 560_000
    await queue.tend()
    expect(shown(queue)).toBe('q2')
    expect(queue.state.get().lost).toMatchObject({ question: 'q1', problem: { code: 'HL064' } })
  })

  test('what closed tabs have left is swept after two days, not before', async () => {
    const { queue, keep, clock } = stage()
    await queue.open()
    await settle()
    await sweep(keep, clock.time + 86_400_000)
    expect(await keep.list('queue/')).toHaveLength(5)
    await sweep(keep, clock.time + 3 * 86_400_000)
    expect(await keep.list('queue/')).toEqual([])
  })

  test('leaving during a claim gives back what that claim brings', async () => {
    const { queue, released } = stage()
    const claiming = queue.refill()
    await Promise.all([claiming, queue.leave()])
    expect(released).toEqual(['q1', 'q2', 'q3', 'q4', 'q5'])
    expect(shown(queue)).toBeUndefined()
  })

  test('leaving gives back what is not begun and keeps what is', async () => {
    const { queue, released, keep } = stage()
    await queue.open()
    queue.saveDraft({ value: { labels: [] }, seconds: 1 })
    await queue.leave()
    expect(released).toEqual(['q2', 'q3', 'q4', 'q5'])
    expect(await keep.list('queue/')).toHaveLength(1)
  })
})
