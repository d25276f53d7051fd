// The questions that one person has in hand: the one on screen, those ahead of it, and those just answered.
//
// Each question is one record in the keep: held (not answered yet) or done. Held records in the order of their claim
// are the queue, the first is on screen; done records are what undo goes back through. So a reload finds everything
// where it was, and undo is nothing but a done record that becomes held again and comes first by its old place.

import type { Clock } from './clock'
import type { Keep } from './keep'
import type { Outbox } from './outbox'
import type { AnswerDraft, Outcome, Problem, Question } from './shapes'
import { Store } from './store'

const HISTORY = 20
const LEASE_MARGIN_MS = 5_000
const RENEW_BEFORE_MS = 60_000

export interface Draft {
  value: unknown
  note?: string
  seconds: number
}

export interface Held {
  question: Question
  order: number
  draft?: Draft
  /** The answer that the next one corrects, when that one has already left. */
  supersedes?: string
}

export interface Done {
  question: Question
  order: number
  answer: AnswerDraft
}

type Kept = ((Held & { state: 'held' }) | (Done & { state: 'done' })) & {
  /** Under which key and when, so that what closed tabs have left behind can be swept. */
  key?: string
  at?: number
}

const PREFIX = 'queue/'
const KEPT_MS = 2 * 86_400_000

/** Removes what tabs that will not come back have left: their leases ended long ago. */
export async function sweep(keep: Keep, now: number): Promise<void> {
  for (const { key, at = 0 } of await keep.list<Kept>(PREFIX)) {
    if (key !== undefined && now - at > KEPT_MS) await keep.remove(key)
  }
}

export interface QueueState {
  status: 'loading' | 'ready' | 'empty' | 'unreachable'
  current: Held | null
  ahead: readonly Held[]
  done: readonly Done[]
  problem: Problem | null
  /** The last question that was taken away while it was on screen. */
  lost: { question: string; problem: Problem } | null
}

export interface QueueOptions {
  keep: Keep
  /** Names this queue in the keep: person, project, task and browser tab. */
  name: string
  outbox: Pick<Outbox, 'add' | 'withdraw' | 'wasRefused'>
  /** Its `now` must be the server's time, because leases end by that. */
  clock: Pick<Clock, 'now'>
  newId(): string
  claim(n: number): Promise<Question[]>
  release(questions: string[]): Promise<unknown>
  renew(question: string): Promise<Question>
  /** Fetches and decodes what the question shows, so that showing it later takes no time. */
  prepare(question: Question): Promise<void>
  ahead?: number
}

export interface Reply {
  outcome: Outcome
  value: unknown
  seconds: number
  suggestionShown: boolean
  edited: boolean
  note?: string
}

export class Queue {
  readonly state = new Store<QueueState>({
    status: 'loading',
    current: null,
    ahead: [],
    done: [],
    problem: null,
    lost: null,
  })
  private readonly held = new Map<string, Held>()
  private done: Done[] = []
  private order = 0
  private claiming = false
  private closed = false
  private readonly size: number

  constructor(private readonly options: QueueOptions) {
    this.size = options.ahead ?? 5
  }

  /** Takes up what was in hand before a reload, then claims more. */
  async open(): Promise<void> {
    const kept = await this.options.keep.list<Kept>(this.prefix)
    for (const record of kept) {
      this.order = Math.max(this.order, record.order)
      if (record.state === 'done') this.done.push(record)
      else if (record.supersedes !== undefined || this.leaseLeft(record.question) > LEASE_MARGIN_MS) {
        this.held.set(record.question.id, record)
        void this.options.prepare(record.question).catch(() => undefined)
      } else await this.options.keep.remove(this.key(record.question.id))
    }
    this.done.sort((a, b) => a.order - b.order)
    this.publish()
    await this.refill()
  }

  /** Answers the question on screen and shows the next one at once; sending goes on behind. */
  submit(reply: Reply): AnswerDraft | null {
    const current = this.first()
    if (!current) return null
    const { question } = current
    const answer: AnswerDraft = {
      id: this.options.newId(),
      question: question.id,
      outcome: reply.outcome,
      value: reply.outcome === 'answered' ? reply.value : null,
      seconds: reply.seconds,
      suggestion_shown: reply.suggestionShown,
      edited: reply.edited,
      ...(reply.note ? { note: reply.note } : {}),
      ...(question.guidelines ? { guidelines: question.guidelines.version } : {}),
    }
    if (current.supersedes !== undefined && !this.options.outbox.wasRefused(current.supersedes)) {
      answer.supersedes = current.supersedes
    }
    this.held.delete(question.id)
    const done: Done = { question, order: current.order, answer }
    this.done.push(done)
    this.publish({ lost: null })
    void this.options.outbox.add(answer)
    void this.write(question.id, { ...done, state: 'done' })
    for (const old of this.done.splice(0, Math.max(0, this.done.length - HISTORY))) this.erase(old.question.id)
    void this.refill()
    return answer
  }

  /** Goes back to the question answered last. What has left already will be superseded by the next answer. */
  undo(): boolean {
    const last = this.done.pop()
    if (!last) return false
    const { answer, question } = last
    const takenBack = this.options.outbox.withdraw(answer.id)
    const corrects = takenBack ? answer.supersedes : answer.id
    const back: Held = {
      question,
      order: last.order,
      draft: { value: answer.value, seconds: 0, ...(answer.note ? { note: answer.note } : {}) },
      ...(corrects === undefined ? {} : { supersedes: corrects }),
    }
    this.held.set(question.id, back)
    void this.write(question.id, { ...back, state: 'held' })
    this.publish({ lost: null })
    return true
  }

  /** Keeps what was entered but not submitted. */
  saveDraft(draft: Draft): void {
    const current = this.first()
    if (!current) return
    // The record changes in place: a draft comes from the screen, which needs no news about it.
    current.draft = draft
    void this.write(current.question.id, { ...current, state: 'held' })
  }

  /** Claims more when fewer than wanted are ahead. Also called when the server says that there are new questions. */
  async refill(): Promise<void> {
    if (this.claiming || this.closed || this.held.size > this.size) return
    this.claiming = true
    try {
      const claimed = await this.options.claim(this.size)
      this.claiming = false
      if (this.closed) {
        // The person left while the claim was under way: nobody here will answer these.
        if (claimed.length > 0) await this.options.release(claimed.map((one) => one.id)).catch(() => undefined)
        return
      }
      for (const question of claimed) this.take(question)
      this.publish({ status: this.held.size > 0 ? 'ready' : 'empty', problem: null })
    } catch (error) {
      this.claiming = false
      const problem = asProblem(error)
      this.publish({ status: this.held.size > 0 ? 'ready' : 'unreachable', problem })
    }
  }

  /** Withdraws questions that the server has closed. */
  drop(ids: Iterable<string>, problem?: Problem): void {
    const current = this.first()?.question.id
    for (const id of ids) {
      if (!this.held.delete(id)) continue
      this.erase(id)
      if (id === current && problem) this.publish({ lost: { question: id, problem } })
    }
    this.publish()
    void this.refill()
  }

  /** Renews or gives up leases that end. Call every few seconds while somebody is there. */
  async tend(): Promise<void> {
    const [current, ...ahead] = this.queue()
    const over = ahead.filter((one) => one.supersedes === undefined && this.leaseLeft(one.question) < LEASE_MARGIN_MS)
    if (over.length > 0) this.drop(over.map((one) => one.question.id))
    if (!current || current.supersedes !== undefined || this.leaseLeft(current.question) > RENEW_BEFORE_MS) return
    const { id } = current.question
    try {
      const renewed = await this.options.renew(id)
      const now = this.held.get(id)
      if (now) this.replace({ ...now, question: { ...now.question, expires: renewed.expires } })
    } catch (error) {
      const problem = asProblem(error)
      // No connection is no reason to take the question away: an answer that comes late is kept.
      if (problem.code !== 'network') this.drop([id], problem)
    }
  }

  /** Gives back what is not begun. */
  async leave(): Promise<void> {
    this.closed = true
    const unused = this.queue().filter((one) => one.draft === undefined && one.supersedes === undefined)
    for (const { question } of unused) {
      this.held.delete(question.id)
      this.erase(question.id)
    }
    if (unused.length > 0) {
      await this.options.release(unused.map((one) => one.question.id)).catch(() => undefined)
    }
  }

  private take(question: Question): void {
    const answered = this.done.some((one) => one.question.id === question.id)
    if (this.held.has(question.id) || answered) return
    const held: Held = { question, order: ++this.order }
    this.held.set(question.id, held)
    void this.write(question.id, { ...held, state: 'held' })
    void this.options.prepare(question).catch(() => undefined)
  }

  private queue(): Held[] {
    return [...this.held.values()].sort((a, b) => a.order - b.order)
  }

  private first(): Held | undefined {
    return this.queue()[0]
  }

  private replace(held: Held): void {
    this.held.set(held.question.id, held)
    void this.write(held.question.id, { ...held, state: 'held' })
    this.publish()
  }

  private publish(change: Partial<QueueState> = {}): void {
    const [current = null, ...ahead] = this.queue()
    const state = { ...this.state.get(), ...change }
    if (current) state.status = 'ready'
    else if (state.status === 'ready') state.status = 'loading'
    this.state.set({ ...state, current, ahead, done: [...this.done] })
  }

  private leaseLeft(question: Question): number {
    return question.expires === null ? Infinity : Date.parse(question.expires) - this.options.clock.now()
  }

  private get prefix(): string {
    return `${PREFIX}${this.options.name}/`
  }

  private key(id: string): string {
    return this.prefix + id
  }

  private write(id: string, record: Kept): Promise<void> {
    const key = this.key(id)
    return this.options.keep.set(key, { ...record, key, at: this.options.clock.now() }).catch(() => undefined)
  }

  private erase(id: string): void {
    void this.options.keep.remove(this.key(id)).catch(() => undefined)
  }
}

function asProblem(error: unknown): Problem {
  if (error instanceof Error) {
    const { code } = error as Error & { code?: unknown }
    return { code: typeof code === 'string' ? code : 'network', message: error.message }
  }
  return { code: 'network', message: String(error) }
}
