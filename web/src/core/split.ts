// What other thresholds than the proposed ones would be worth, by the random answers of the round alone.

export interface Bin {
  start: number
  end: number
  items: number
  answers: number
  yes: number
}

export interface Share {
  value: number | null
  low: number
  high: number
  n: number
}

export interface Split {
  label: string
  aim: { precision: number; recall: number }
  low: number | null
  high: number | null
  yes: number
  ask: number
  no: number
  precision: Share
  recall: Share
  histogram: Bin[]
  /** Score and whether people said yes, of each random item. */
  answers: [number, boolean][]
}

export interface Moved {
  precision: Share
  recall: Share
  /** Items from the upper threshold on, and below the lower one; counted in bins, so nearly right. */
  yes: number
  no: number
}

/** A share with its interval: exact (Clopper and Pearson) by bisection of the binomial's tails. */
export function exact(k: number, n: number): Share {
  if (n === 0) return { value: null, low: 0, high: 1, n }
  const tail = 0.025
  const low = k === 0 ? 0 : solve((p) => 1 - atMost(k - 1, n, p), tail)
  const high = k === n ? 1 : solve((p) => 1 - atMost(k, n, p), 1 - tail)
  return { value: k / n, low, high, n }
}

/** Chance of k or fewer of n. */
function atMost(k: number, n: number, p: number): number {
  if (p <= 0 || k >= n) return 1
  if (p >= 1) return 0
  let log = n * Math.log1p(-p)
  let sum = Math.exp(log)
  for (let i = 1; i <= k; i++) {
    log += Math.log(((n - i + 1) / i) * (p / (1 - p)))
    sum += Math.exp(log)
  }
  return Math.min(1, sum)
}

function solve(rising: (p: number) => number, value: number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (rising(middle) < value) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The same measures for other thresholds; null is "none". */
export function worth(split: Split, low: number | null, high: number | null): Moved {
  const above = split.answers.filter(([score]) => high !== null && score >= high)
  const yes = split.answers.filter(([, said]) => said)
  const kept = yes.filter(([score]) => low === null || score >= low)
  const within = (bin: Bin, from: number, to: number) => {
    const width = bin.end - bin.start || 1
    return Math.max(0, Math.min(bin.end, to) - Math.max(bin.start, from)) / width
  }
  const count = (from: number, to: number) => Math.round(split.histogram.reduce((sum, bin) => sum + bin.items * within(bin, from, to), 0))
  return {
    precision: exact(above.filter(([, said]) => said).length, above.length),
    recall: exact(kept.length, yes.length),
    yes: high === null ? 0 : count(high, Number.POSITIVE_INFINITY),
    no: low === null ? 0 : count(Number.NEGATIVE_INFINITY, low),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The split in a decision's evidence; null where the decision is about something else. */
export function readSplit(evidence: unknown): Split | null {
  const found = isObject(evidence) ? evidence.split : null
  return isObject(found) && Array.isArray(found.histogram) && Array.isArray(found.answers) ? (found as unknown as Split) : null
}
