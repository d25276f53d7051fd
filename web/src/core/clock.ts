// Time and chance come in as arguments, so that tests decide them.

export interface Clock {
  now(): number
  /** Runs `job` after `ms`; the result cancels it. */
  later(job: () => void, ms: number): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  later: (job, ms) => {
    const handle = setTimeout(job, ms)
    return () => clearTimeout(handle)
  },
}

/** A version 4 UUID. `crypto.randomUUID` exists only in secure contexts, and a team server may be plain http. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
