// What stands in a decision: written down by the server, read here once, missing parts and all.

export interface Metric {
  value: number
  low: number
  high: number
  n: number
}

export interface ClassRow {
  label: string
  n: number
  precision: number | null
  recall: number | null
  f1: number | null
}

export interface Finding {
  check: string
  severity: string
  message: string
}

export interface Contender {
  role: 'candidate' | 'current' | 'heuristic' | 'majority'
  number: number | null
  accuracy: Metric | null
  macroF1: Metric | null
  labels: number | null
}

export interface Evidence {
  contenders: Contender[]
  difference: Metric | null
  /** The contender that the difference is measured against. */
  against: string
  perClass: ClassRow[]
  confusion: { labels: string[]; matrix: number[][] } | null
  flipped: number | null
  findings: Finding[]
}

export interface DecisionBody {
  title: string
  effect: string
  evidence: Evidence
  choices: string[]
  fallback: string | null
  roles: string[]
  expires: string | null
}

type Raw = Record<string, unknown>

const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const texts = (value: unknown): string[] => list(value).filter((one) => typeof one === 'string')

function metric(raw: unknown): Metric | null {
  if (!isRaw(raw)) return null
  const value = number(raw.value)
  const low = number(raw.low)
  const high = number(raw.high)
  // A number without its n and its interval is not shown.
  return value === null || low === null || high === null ? null : { value, low, high, n: number(raw.n) ?? 0 }
}

function contender(role: Contender['role'], raw: unknown): Contender | null {
  if (!isRaw(raw)) return null
  return {
    role,
    number: number(raw.number),
    accuracy: metric(raw.accuracy) ?? metric(raw),
    macroF1: metric(raw.macro_f1),
    labels: number(raw.labels),
  }
}

function readEvidence(raw: Raw): Evidence {
  const roles = ['candidate', 'current', 'heuristic', 'majority'] as const
  const confusion = isRaw(raw.confusion) ? raw.confusion : null
  return {
    contenders: roles.map((role) => contender(role, raw[role])).filter((one) => one !== null),
    difference: metric(raw.difference),
    against: roles.find((role) => role === raw.against) ?? 'current',
    perClass: list(raw.per_class)
      .filter(isRaw)
      .map((row) => ({
        label: text(row.label),
        n: number(row.n) ?? 0,
        precision: number(row.precision),
        recall: number(row.recall),
        f1: number(row.f1),
      })),
    confusion: confusion
      ? { labels: texts(confusion.labels), matrix: list(confusion.matrix).map((row) => list(row).map((n) => number(n) ?? 0)) }
      : null,
    flipped: number(raw.flipped),
    findings: list(raw.findings)
      .filter(isRaw)
      .map((one) => ({ check: text(one.check), severity: text(one.severity), message: text(one.message) })),
  }
}

export function readDecision(body: Record<string, unknown>): DecisionBody {
  const choices = texts(body.choices)
  return {
    title: text(body.title),
    effect: text(body.effect),
    evidence: readEvidence(isRaw(body.evidence) ? body.evidence : {}),
    choices: choices.length > 0 ? choices : ['approve', 'reject', 'defer'],
    fallback: text(body.default) || null,
    roles: texts(body.roles),
    expires: text(body.expires) || null,
  }
}

/** The cells off the diagonal with the most mistakes, largest first. */
export function topConfusions(confusion: { labels: string[]; matrix: number[][] }, most: number) {
  const pairs: { truth: string; said: string; n: number }[] = []
  confusion.matrix.forEach((row, i) =>
    row.forEach((n, j) => {
      if (i !== j && n > 0) pairs.push({ truth: confusion.labels[i] ?? '', said: confusion.labels[j] ?? '', n })
    }),
  )
  return pairs.sort((a, b) => b.n - a.n).slice(0, most)
}
