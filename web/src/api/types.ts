// What the server says, in types. All of it is generated from the server's OpenAPI (`npm run types`), except for
// settings and events, which have no schema of their own there.

import type { Question as CoreQuestion } from '../core/shapes'
import type { components } from './schema'

type Said = components['schemas']

export type Actor = Said['Actor']
export type Role = Actor['role']
export const ROLES: readonly Role[] = ['annotator', 'reviewer', 'expert', 'engineer', 'owner']
export type Me = Said['Me']
export type Task = Said['Task']
export type Counts = Said['Counts']
export type Job = Said['Job']
export type Step = Said['StepShown']
export type StepName = Step['step']
export type CurvePoint = Said['CurvePoint']
export type Forecast = Said['Forecast']
export type ClassChange = Said['ClassChange']
export type SinceLast = Said['SinceLast']
export type ItemLine = Said['ListedItem']
export type ItemAnswer = Said['AnswerShown']
export type ItemQuestion = Said['QuestionOfItem']
export type ItemTask = Said['TaskOfItem']
export type ItemDetail = Said['ItemDetail']
export type Guideline = Said['Guideline']
export type Lineage = Said['Lineage']
export type Outcome = Said['Outcome']
export type Strategy = Said['Strategy']
export type Receipt = Said['Answered']
export type Measured = Said['Measured']
export type Member = Said['MemberWithSkill']
export type Skill = Said['SkillShown']
export type Invitation = Said['InvitationShown']
export type Mine = Said['Mine']
export type Quality = Said['Quality']
export type Anchoring = Said['AnchoringShown']
export type Agreement = Said['AgreementShown']
export type ClassSkill = Said['ClassSkill']
export type Cascade = Said['CascadeShown']
export type Cascades = Said['Cascades']
export type ClassCount = Said['ClassCount']
export type SignedSplit = Said['SplitShown']
export type Suspects = Said['Suspects']
export type Suspect = Said['SuspectShown']
export type Commit = Said['Commit']
export type CommitDetail = Said['CommitDetail']
export type Branch = Said['Branch']
export type Diff = Said['Diff']
export type DatasetChange = Said['DatasetChange']
export type DataTest = Said['DataTest']
export type Proposal = Said['Proposal']
export type ProposalDetail = Said['ProposalDetail']
export type RowChange = Said['RowChange']
export type DatasetRow = Said['DatasetRow']
export type Review = Said['ReviewShown']
export type MapState = Said['MapState']
export type Neighbour = Said['Neighbour']
export type BulkRequest = Said['BulkRequest']
export type BulkDone = Said['Labelled']
export type BulkUndone = Said['Undone']
export type ReviewInFull = Said['ReviewInFull']
export type Sampled = Said['SampledAnswer']

export type Profile = Said['Profile']
export type FieldProfile = Said['FieldProfile']
export type Spread = Said['Spread']
export type Histogram = Said['Histogram']
export type Balance = Said['Balance']
export type Heat = Said['Heat']
export type Upload = Said['Upload']
export type ColumnGuess = Said['ColumnGuess']
export type ImportReport = Said['ImportReport']

export interface Settings {
  slices: { name: string; where: string }[]
  overlap: number
  batch: number
  strategy: string
  balance: boolean
  random_share: number
  test_share: number
  lease_seconds: number
  blind_share: number
  model_backs: boolean
  hour_costs: number
  suggestions: boolean
  retrain_after: number
  decision_days: number
  release_margin: number
  sample_random: number
  sample_uncertain: number
  heuristic: { rules: { pattern: string; label: string }[]; default?: string | null } | { python: string } | null
  auto: boolean
  data_tests: string[]
  merge_tests: string[]
  merge_policy: Record<Landed, Policy>
  merge_quorum: number
  merge_roles: Role[]
  own_approval: boolean
}

/** What lands on a branch of its own first, and whether it is merged as soon as its data tests pass. */
export const LANDED = ['answers', 'verdicts', 'corrections'] as const
export type Landed = (typeof LANDED)[number]
export type Policy = 'green' | 'request'

export type Project = Omit<Said['Project'], 'settings'> & { settings: Settings }
export type Overview = Omit<Said['Overview'], 'project'> & { project: Project }

/** The core's question and the server's are the same by structure; this line fails to compile when they part. */
export type Question = Said['Question'] extends CoreQuestion ? Said['Question'] : never
export type Decision = { question: Question; outcome: Outcome | null }

export interface LiveEvent {
  seq: number
  kind: string
  project: string | null
  subject: string | null
  actor: string | null
  at: string
  body: Record<string, unknown>
}

export type Page<Noun extends string, T> = Record<Noun, T[]> & { next: string | null }
