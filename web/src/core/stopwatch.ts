// Seconds of a person's attention: from shown to answered, without the time the page was hidden or nobody was there.

import type { Clock } from './clock'

const IDLE_MS = 60_000

/**
 * Call `touch` at each sign of life (key, pointer, scroll). A gap between two signs counts at most a minute;
 * time while paused counts nothing.
 */
export class Stopwatch {
  private elapsed = 0
  private last: number
  private running = true

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    startAt = 0,
  ) {
    this.elapsed = startAt * 1000
    this.last = clock.now()
  }

  touch(): void {
    const now = this.clock.now()
    if (this.running) this.elapsed += Math.min(Math.max(0, now - this.last), IDLE_MS)
    this.last = now
  }

  pause(): void {
    this.touch()
    this.running = false
  }

  resume(): void {
    if (!this.running) this.last = this.clock.now()
    this.running = true
  }

  /** Seconds so far, rounded to a millisecond. */
  read(): number {
    this.touch()
    return Math.round(this.elapsed) / 1000
  }
}
