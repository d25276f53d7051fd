// A small server and a clock that tests move by hand.

import type { Clock } from '../../src/core/clock'
import type { Question } from '../../src/core/shapes'

export class HandClock implements Clock {
  time = 1_000_000
  private jobs: { at: number; job: () => void }[] = []

  now = () => this.time

  later = (job: () => void, ms: number) => {
    const entry = { at: this.time + ms, job }
    this.jobs.push(entry)
    return () => {
      this.jobs = this.jobs.filter((other) => other !== entry)
    }
  }

  async forward(ms: number): Promise<void> {
    this.time += ms
    const due = this.jobs.filter((entry) => entry.at <= this.time)
    this.jobs = this.jobs.filter((entry) => entry.at > this.time)
    for (const { job } of due) job()
    await settle()
  }
}

/** Lets every promise that is ready go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve()
}

export function question(n: number, more: Partial<Question> = {}): Question {
  return {
    id: `q${n}`,
    project: 'p1',
    task: 'digit',
    kind: 'image_class@1',
    shape: 'choice',
    widget: 'choice',
    lane: 'label',
    items: [{ id: `i${n}`, data: { text: `item ${n}` } }],
    labels: ['a', 'b'],
    multi: false,
    suggestion: null,
    guidelines: { version: 1 },
    strategy: 'margin',
    reason: 'the model is torn',
    needs: 1,
    state: 'claimed',
    expires: new Date(1_000_000 + 600_000).toISOString(),
    created: '2026-01-01T00:00:00.000Z',
    body: {},
    ...more,
  }
}
