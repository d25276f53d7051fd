// Answers on their way to the server. Each is written down before it is sent and removed after the server has said
// that it has it, so neither a reload nor an outage loses one.

import type { Clock } from './clock'
import type { Keep } from './keep'
import type { AnswerDraft, Problem, Receipt } from './shapes'
import { Store } from './store'

export type SendResult =
  | { kind: 'accepted'; receipt: Receipt }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'later'; problem: Problem }

interface Entry {
  answer: AnswerDraft
  order: number
  /** Whether it may already be on the server: a request whose reply got lost counts. */
  tried?: boolean
}

export interface Refusal {
  answer: AnswerDraft
  problem: Problem
}

export interface OutboxState {
  unsent: number
  /** Answers that the server refused for good; shown until the person has read them. */
  refused: Refusal[]
  /** Why the last attempt failed, when it will be tried again. */
  waiting: Problem | null
}

export interface OutboxOptions {
  keep: Keep
  /** One person's answers are never sent under the name of another who uses the same browser. */
  owner: string
  send(answer: AnswerDraft): Promise<SendResult>
  clock: Clock
  random(): number
  onAccepted?(receipt: Receipt): void
}

const PARALLEL = 3
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

export class Outbox {
  readonly state = new Store<OutboxState>({ unsent: 0, refused: [], waiting: null })
  private entries: Entry[] = []
  private readonly flying = new Set<string>()
  private readonly refusedIds = new Set<string>()
  private tries = 0
  private order = 0
  private cancelWait: (() => void) | null = null
  private closed = false

  constructor(private readonly options: OutboxOptions) {}

  /** Takes up what an earlier page load left unsent. */
  async open(): Promise<void> {
    const left = await this.options.keep.list<Entry>(this.prefix)
    left.sort((a, b) => a.order - b.order)
    this.order = left.reduce((highest, entry) => Math.max(highest, entry.order), this.order)
    for (const entry of left) entry.tried = true
    const known = new Set(this.entries.map((entry) => entry.answer.id))
    this.entries = [...left.filter((entry) => !known.has(entry.answer.id)), ...this.entries]
    const refused = await this.options.keep.list<Refusal>(this.refusedPrefix)
    for (const { answer } of refused) this.refusedIds.add(answer.id)
    this.state.set({ ...this.state.get(), refused })
    this.publish()
    this.pump()
  }

  /** Writes the answer down and sends it as soon as possible. */
  async add(answer: AnswerDraft): Promise<void> {
    const entry = { answer, order: ++this.order }
    this.entries.push(entry)
    this.publish()
    // The request may leave before the local write is complete; the removal comes after both.
    const written = this.options.keep.set(this.key(answer.id), entry)
    this.pump()
    await written
  }

  /** Takes back an answer that was never sent; false when it is too late for that. */
  withdraw(id: string): boolean {
    if (!this.entries.some((entry) => entry.answer.id === id && !entry.tried)) return false
    void this.forget(id)
    this.publish()
    return true
  }

  /** Whether the server refused this answer for good, so that nothing can supersede it. */
  wasRefused(id: string): boolean {
    return this.refusedIds.has(id)
  }

  unsent(): AnswerDraft[] {
    return this.entries.map((entry) => entry.answer)
  }

  /** Tries now: the network came back, or the person logged in again. */
  kick(): void {
    this.cancelWait?.()
    this.cancelWait = null
    this.tries = 0
    this.pump()
  }

  /** The person has read about the refused answers. */
  async dismissRefused(): Promise<void> {
    const { refused } = this.state.get()
    this.state.set({ ...this.state.get(), refused: [] })
    for (const { answer } of refused) await this.options.keep.remove(this.refusedPrefix + answer.id)
  }

  close(): void {
    this.closed = true
    this.cancelWait?.()
  }

  private get prefix(): string {
    return `outbox/${this.options.owner}/`
  }

  private get refusedPrefix(): string {
    return `refused/${this.options.owner}/`
  }

  private key(id: string): string {
    return this.prefix + id
  }

  private pump(): void {
    if (this.closed || this.cancelWait) return
    for (const entry of this.entries) {
      if (this.flying.size >= PARALLEL) return
      if (!this.flying.has(entry.answer.id) && this.mayLeave(entry)) void this.attempt(entry)
    }
  }

  /** A correction waits until the answer that it corrects has arrived. */
  private mayLeave(entry: Entry): boolean {
    const old = entry.answer.supersedes
    return old === undefined || !this.entries.some((other) => other.answer.id === old)
  }

  private async attempt(entry: Entry): Promise<void> {
    const { id } = entry.answer
    this.flying.add(id)
    entry.tried = true
    let result: SendResult
    try {
      result = await this.options.send(entry.answer)
    } catch (error) {
      result = { kind: 'later', problem: { code: 'network', message: String(error) } }
    }
    this.flying.delete(id)
    if (result.kind === 'later') {
      this.wait(result.problem)
      return
    }
    this.tries = 0
    if (result.kind === 'refused') await this.refuse(entry.answer, result.problem)
    await this.forget(id)
    this.publish()
    if (result.kind === 'accepted') this.options.onAccepted?.(result.receipt)
    this.pump()
  }

  private async refuse(answer: AnswerDraft, problem: Problem): Promise<void> {
    this.refusedIds.add(answer.id)
    for (const other of this.entries) {
      if (other.answer.supersedes !== answer.id) continue
      // What it wanted to correct does not exist on the server, so it stands alone.
      const { supersedes: _gone, ...alone } = other.answer
      other.answer = alone
      await this.options.keep.set(this.key(alone.id), other)
    }
    const state = this.state.get()
    this.state.set({ ...state, refused: [...state.refused, { answer, problem }] })
    await this.options.keep.set(this.refusedPrefix + answer.id, { answer, problem } satisfies Refusal)
  }

  private async forget(id: string): Promise<void> {
    this.entries = this.entries.filter((entry) => entry.answer.id !== id)
    await this.options.keep.remove(this.key(id))
  }

  private wait(problem: Problem): void {
    if (this.cancelWait || this.closed) return
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries++)
    this.state.set({ ...this.state.get(), waiting: problem })
    // Full jitter, so that many browsers do not come back in the same instant after an outage.
    this.cancelWait = this.options.clock.later(
      () => {
        this.cancelWait = null
        this.pump()
      },
      longest * (0.5 + this.options.random() / 2),
    )
  }

  private publish(): void {
    const state = this.state.get()
    const waiting = this.entries.length === 0 || this.tries === 0 ? null : state.waiting
    this.state.set({ ...state, unsent: this.entries.length, waiting })
  }
}
