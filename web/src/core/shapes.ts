// The nouns that the core works with. The types that the server generates are wider; they fit these by structure.

export type Outcome = 'answered' | 'skip' | 'unsure' | 'flag'

export interface ItemView {
  id: string
  key?: string | null
  data: Record<string, unknown>
  meta?: Record<string, unknown> | null
}

export interface Suggestion {
  value: unknown
  confidence: number | null
  model: string | null
}

export interface Question {
  id: string
  project: string
  task: string | null
  kind: string
  shape: string
  widget: string
  lane: string
  items: ItemView[]
  labels: string[]
  multi: boolean
  suggestion: Suggestion | null
  guidelines: { version: number } | null
  strategy: string | null
  reason: string | null
  needs: number
  state: string
  expires: string | null
  created: string
  body: Record<string, unknown> | null
}

/** What goes to the server: one actor's submitted reply. The id is made here, so sending twice is harmless. */
export interface AnswerDraft {
  id: string
  question: string
  outcome: Outcome
  value: unknown
  seconds: number
  suggestion_shown: boolean
  edited: boolean
  supersedes?: string
  note?: string
  guidelines?: number
}

export interface Receipt {
  id: string
  question: string
  state: string
  counted: boolean
  late: boolean
}

export interface Problem {
  code: string
  message: string
}
