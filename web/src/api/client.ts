// Requests to the server: one function that speaks HTTP, and one line for each thing asked.

import type { AnswerDraft, Receipt } from '../core/shapes'
import type { SendResult } from '../core/outbox'
import { ApiError } from './problem'
import { sendBytes } from './send'
import type {
  Actor,
  BulkDone,
  BulkRequest,
  BulkUndone,
  Branch,
  Cascade,
  Cascades,
  Commit,
  CommitDetail,
  Decision,
  Diff,
  Guideline,
  Invitation,
  ItemDetail,
  ItemLine,
  Job,
  Lineage,
  MapState,
  Me,
  Member,
  Mine,
  Neighbour,
  Overview,
  Page,
  Project,
  Proposal,
  ProposalDetail,
  Quality,
  Question,
  Review,
  ReviewInFull,
  Role,
  Settings,
  Strategy,
  Suspects,
  Task,
  ImportReport,
  Profile,
  Upload,
} from './types'

const BASE = '/api/v1'
const TIMEOUT_MS = 20_000
const SLOW_MS = 300_000

export { ApiError }

let csrf: string | null = null
let ahead = 0

/** The server's time now, by the Date header of its last answer: leases end by its clock, not by ours. */
export const serverNow = (): number => Date.now() + ahead

let loggedOut: () => void = () => undefined

/** Calls back when the server no longer knows this session. The result ends that. */
export function whenLoggedOut(callback: () => void): () => void {
  loggedOut = callback
  return () => {
    loggedOut = () => undefined
  }
}

interface RequestOptions {
  method?: string
  body?: unknown
  query?: Record<string, string | number | null | undefined>
  token?: string
  keepalive?: boolean
  /** Work in parts on the server: it may take minutes. */
  slow?: boolean
}

function address(path: string, query: RequestOptions['query'] = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return `${BASE}${path}${text ? `?${text}` : ''}`
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const method = options.method ?? 'GET'
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.token) headers.Authorization = `Bearer ${options.token}`
  else if (method !== 'GET' && csrf) headers['X-Handloom-CSRF'] = csrf
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: options.token ? 'omit' : 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.keepalive ? { keepalive: true } : { signal: AbortSignal.timeout(options.slow ? SLOW_MS : TIMEOUT_MS) }),
    })
  } catch (error) {
    throw new ApiError(0, 'network', error instanceof Error ? error.message : String(error))
  }
  const date = Date.parse(response.headers.get('Date') ?? '')
  // The header has whole seconds, so less than that is no difference.
  if (Number.isFinite(date) && Math.abs(date - Date.now()) > 2_000) ahead = date - Date.now()
  const body = await read(response)
  if (!response.ok) {
    if (response.status === 401 && path !== '/me' && !options.token) loggedOut()
    const { code, message, details } = (body ?? {}) as { code?: string; message?: string; details?: Record<string, unknown> }
    throw new ApiError(response.status, code ?? `HTTP ${response.status}`, message ?? response.statusText, details)
  }
  return body as T
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text()
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Arrays as they are; the browser keeps them and asks whether they have changed. */
async function bytes(path: string, query: RequestOptions['query']): Promise<ArrayBuffer> {
  const response = await fetch(address(path, query), { credentials: 'same-origin', signal: AbortSignal.timeout(SLOW_MS) }).catch((error: unknown) => {
    throw new ApiError(0, 'network', error instanceof Error ? error.message : String(error))
  })
  if (response.ok) return response.arrayBuffer()
  if (response.status === 401) loggedOut()
  const { code, message } = ((await read(response)) ?? {}) as { code?: string; message?: string }
  throw new ApiError(response.status, code ?? `HTTP ${response.status}`, message ?? response.statusText)
}

const post = <T>(path: string, body: unknown = {}) => request<T>(path, { method: 'POST', body })
const patch = <T>(path: string, body: unknown) => request<T>(path, { method: 'PATCH', body })
const at = (name: string) => encodeURIComponent(name)

async function me(): Promise<Me> {
  const who = await request<Me>('/me')
  csrf = who.csrf
  return who
}

async function login(code: string): Promise<void> {
  const reply = await post<{ actor: Actor; csrf: string }>('/login', { code })
  csrf = reply.csrf
}

/** Turns a token into a session, so that no script of this page keeps it: it is used for one one-time code. */
async function loginWithToken(token: string): Promise<void> {
  const who = await request<Me>('/me', { token })
  const { path } = await request<{ path: string }>(`/actors/${who.id}/login`, { method: 'POST', body: {}, token })
  await login(path.slice(path.indexOf('#') + 1))
}

/** Joins a project as somebody new; the token is shown once, the browser itself is logged in. */
async function join(code: string, name: string): Promise<{ actor: Actor; token: string; project: string }> {
  const reply = await post<{ actor: Actor; token: string; csrf: string; project: string }>('/join', { code, name })
  csrf = reply.csrf
  return reply
}

async function sendAnswer(answer: AnswerDraft): Promise<SendResult> {
  try {
    return { kind: 'accepted', receipt: await post<Receipt>('/answers', answer) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const problem = { code: error.code, message: error.message }
    // Not logged in, too busy or broken: the answer is fine, so it waits. Only a 4xx about it is final.
    const later = error.status === 0 || error.status >= 500 || [401, 403, 408, 429].includes(error.status)
    return { kind: later ? 'later' : 'refused', problem }
  }
}

export interface ItemFilter {
  slice?: string | null
  search?: string | null
  label?: string | null
  state?: string | null
  task?: string | null
  cursor?: string | null
  limit?: number
}

/** How a file is to be read; what is not said is found out. */
export interface Reading {
  encoding?: string | null
  columns?: ColumnsWanted
}

export interface ColumnsWanted {
  fields: Record<string, string[]>
  label?: string | null
  key?: string | null
  split?: string | null
  separator?: string | null
  also?: Record<string, string> | null
  tags?: string | null
}

export const api = {
  me,
  login,
  loginWithToken,
  logout: () => post('/logout'),
  actors: (cursor?: string | null) => request<Page<'actors', Actor>>('/actors', { query: { cursor, limit: 200 } }),
  addActor: (name: string, role: Role) => post<{ actor: Actor; token: string }>('/actors', { name, role }),
  changeActor: (id: string, change: { role?: Role; state?: Actor['state'] }) => patch<Actor>(`/actors/${at(id)}`, change),
  actorLogin: (id: string) => post<{ path: string; expires: string }>(`/actors/${at(id)}/login`),
  actorToken: (id: string) => post<{ token: string }>(`/actors/${at(id)}/token`),

  projects: () => request<Page<'projects', Project>>('/projects', { query: { limit: 200 } }),
  project: (p: string) => request<Project>(`/projects/${at(p)}`),
  changeSettings: (p: string, settings: Partial<Settings>) => patch<Project>(`/projects/${at(p)}`, { settings }),
  overview: (p: string, task: string | null) => request<Overview>(`/projects/${at(p)}/overview`, { query: { task } }),
  addLabels: (p: string, t: string, labels: string[]) => patch<Task>(`/projects/${at(p)}/tasks/${at(t)}`, { labels }),
  guidelines: (p: string, t: string) => request<Page<'guidelines', Guideline>>(`/projects/${at(p)}/tasks/${at(t)}/guidelines`),
  writeGuidelines: (p: string, t: string, text: string) =>
    post<Guideline>(`/projects/${at(p)}/tasks/${at(t)}/guidelines`, { text }),

  items: (p: string, filter: ItemFilter) =>
    request<Page<'items', ItemLine> & { scanned: number }>(`/projects/${at(p)}/items`, { query: { ...filter } }),
  item: (id: string) => request<ItemDetail>(`/items/${at(id)}`),
  lineage: (id: string) => request<Lineage>(`/lineage/${at(id)}`),
  blob: (digest: string, size?: number) => address(`/blobs/${at(digest)}`, { size }),

  claim: async (p: string, lane: string, n: number, task: string | null) =>
    (await post<{ questions: Question[] }>(`/projects/${at(p)}/claim`, { lane, n, ...(task ? { task } : {}) })).questions,
  claimOne: (q: string) => post<Question>(`/questions/${at(q)}/claim`),
  release: (questions: string[]) => request('/claims/release', { method: 'POST', body: { questions }, keepalive: true }),
  sendAnswer,
  answer: (answer: AnswerDraft) => post<Receipt>('/answers', answer),
  decisions: (p: string, state: 'open' | 'all', cursor?: string | null) =>
    request<Page<'decisions', Decision>>(`/projects/${at(p)}/decisions`, { query: { state, cursor, limit: 50 } }),

  team: (p: string, task: string | null) => request<{ task: string; members: Member[] }>(`/projects/${at(p)}/team`, { query: { task } }),
  changeMember: (p: string, actor: string, change: { role?: Role; state?: Actor['state']; tags?: string[]; reason?: string }) =>
    patch<Member>(`/projects/${at(p)}/team/${at(actor)}`, change),
  invitations: async (p: string) => (await request<{ invitations: Invitation[] }>(`/projects/${at(p)}/invitations`)).invitations,
  invite: (p: string, wanted: { role: Role; uses: number; tags: string[] }) =>
    post<Invitation & { path: string }>(`/projects/${at(p)}/invitations`, wanted),
  revoke: (p: string, id: string) => request(`/projects/${at(p)}/invitations/${at(id)}`, { method: 'DELETE' }),
  join,
  mine: (p: string, task: string | null) => request<Mine>(`/projects/${at(p)}/mine`, { query: { task } }),
  job: (job: string) => request<Job>(`/jobs/${at(job)}`),
  measure: (p: string, task: string | null) => post<Job>(`/projects/${at(p)}/measure`, { task }),
  quality: (p: string, task: string | null) => request<Quality>(`/projects/${at(p)}/quality`, { query: { task } }),
  reviews: (p: string) => request<Page<'reviews', Review>>(`/projects/${at(p)}/reviews`, { query: { limit: 50 } }),
  openReview: (p: string, actor: string, task: string, sample: number) =>
    post<ReviewInFull>(`/projects/${at(p)}/reviews`, { actor, task, sample }),
  review: (id: string) => request<ReviewInFull>(`/reviews/${at(id)}`),
  closeReview: (id: string, accept: boolean, reason: string | null) =>
    post<ReviewInFull & { asked_again: number }>(`/reviews/${at(id)}`, { accept, reason }),

  cascades: (p: string, task: string | null) => request<Cascades>(`/projects/${at(p)}/cascades`, { query: { task, limit: 200 } }),
  startCascade: (p: string, wanted: { task: string; label: string; precision: number; recall: number; batch: number }) =>
    post<Cascade>(`/projects/${at(p)}/cascades`, wanted),
  stopCascade: (id: string, reason: string) => post<Cascade>(`/cascades/${at(id)}/stop`, { reason }),
  revokeSplit: (id: string, reason: string) => post<Cascade>(`/splits/${at(id)}/revoke`, { reason }),
  restoreSplit: (id: string, reason: string) => post<Cascade>(`/splits/${at(id)}/restore`, { reason }),
  answerGrid: (answers: readonly unknown[], seconds: number) => post<{ seconds: number }>('/answers/grid', { answers, seconds }),
  suspects: (p: string, task: string | null, cursor?: string | null) =>
    request<Suspects>(`/projects/${at(p)}/suspects`, { query: { task, cursor, limit: 50 } }),
  findSuspects: (p: string, task: string, n: number) => post<Job>(`/projects/${at(p)}/suspects`, { task, n }),

  commits: (p: string, task: string, from: string, cursor: string | null) =>
    request<Page<'commits', Commit>>(`/projects/${at(p)}/commits`, { query: { task, at: from, cursor, limit: 30 } }),
  commit: (id: string) => request<CommitDetail>(`/commits/${at(id)}`),
  commitFile: (id: string, format: 'parquet' | 'jsonl') => address(`/commits/${at(id)}/export`, { format }),
  branches: async (p: string, task: string) =>
    (await request<{ branches: Branch[] }>(`/projects/${at(p)}/branches`, { query: { task } })).branches,
  addBranch: (p: string, task: string, name: string, from: string) => post<Branch>(`/projects/${at(p)}/branches`, { name, task, at: from }),
  addTag: (p: string, task: string, name: string, to: string) => post(`/projects/${at(p)}/tags`, { name, task, at: to }),
  merge: (p: string, task: string, source: string) => post<CommitDetail>(`/projects/${at(p)}/merge`, { source, task }),
  restore: (p: string, task: string, branch: string, to: string, message: string) =>
    post<CommitDetail>(`/projects/${at(p)}/restore`, { to, task, branch, message }),
  requests: (p: string, task: string, state: 'open' | 'all', cursor: string | null) =>
    request<Page<'requests', Proposal>>(`/projects/${at(p)}/requests`, { query: { task, state, cursor, limit: 50 } }),
  request: (id: string) => request<ProposalDetail>(`/requests/${at(id)}`),
  openRequest: (p: string, task: string, source: string, title: string) =>
    post<ProposalDetail>(`/projects/${at(p)}/requests`, { source, title, task }),
  commentRequest: (id: string, text: string, item: string | null) => post(`/requests/${at(id)}/comments`, { text, item }),
  decideRequest: (id: string, decision: 'approve' | 'reject', reason: string) =>
    post<ProposalDetail>(`/requests/${at(id)}/decide`, { decision, reason }),
  closeRequest: (id: string, reason: string) => post<ProposalDetail>(`/requests/${at(id)}/close`, { reason }),
  testRequest: (id: string) => post<ProposalDetail>(`/requests/${at(id)}/test`),
  diff: (p: string, task: string, before: string, after: string) =>
    request<Diff>(`/projects/${at(p)}/diff`, { query: { task, before, after } }),

  profile: (p: string, task: string, place: string | null) => request<Profile>(`/projects/${at(p)}/profile`, { query: { task, at: place } }),
  makeProfile: (p: string, task: string, place: string | null) => post<Job>(`/projects/${at(p)}/profile`, { task, ...(place ? { at: place } : {}) }),
  sendFile: (p: string, task: string, file: File, onSent: (share: number) => void) =>
    sendBytes<Upload>(address(`/projects/${at(p)}/uploads`, { name: file.name.slice(-200), task }), file, csrf, onSent),
  lookAtUpload: (p: string, task: string, id: string, reading: Reading) =>
    post<Upload>(`/projects/${at(p)}/uploads/${at(id)}/preview`, { task, ...reading }),
  bringUpload: (p: string, task: string, id: string, reading: Reading) =>
    post<Job>(`/projects/${at(p)}/uploads/${at(id)}/import`, { task, ...reading }),
  forgetUpload: (p: string, id: string) => request(`/projects/${at(p)}/uploads/${at(id)}`, { method: 'DELETE' }),
  importReport: (job: string) => request<ImportReport>(`/jobs/${at(job)}/report`),
  refusedFile: (job: string) => address(`/jobs/${at(job)}/refused`),
  kinds: async () => (await request<{ kinds: { kind: string; fields: Record<string, string> }[] }>('/kinds')).kinds,

  map: (p: string, task: string) => request<MapState>(`/projects/${at(p)}/map`, { query: { task } }),
  drawMap: (p: string, task: string) => post<Job>(`/projects/${at(p)}/map`, { task }),
  mapPoints: (p: string, task: string) => bytes(`/projects/${at(p)}/map/points`, { task }),
  mapColours: (p: string, task: string) => bytes(`/projects/${at(p)}/map/colours`, { task }),
  someItems: async (p: string, task: string, ids: readonly string[]) =>
    (await request<{ items: ItemLine[] }>(`/projects/${at(p)}/map/items`, { query: { task, items: ids.join(',') } })).items,
  neighbours: async (item: string, n: number, task: string) =>
    (await request<{ neighbours: Neighbour[] }>(`/items/${at(item)}/neighbours`, { query: { n, task } })).neighbours,
  labelInBulk: (p: string, body: Partial<BulkRequest>) => request<BulkDone>(`/projects/${at(p)}/bulk`, { method: 'POST', body, slow: true }),
  undoBulk: (id: string) => request<BulkUndone>(`/bulk/${at(id)}/undo`, { method: 'POST', body: {}, slow: true }),

  train: (p: string, task: string) => post<Job>(`/projects/${at(p)}/train`, { task }),
  cancelJob: (id: string) => post<Job>(`/jobs/${at(id)}/cancel`),
  ask: (p: string, task: string, n: number) => post<{ batch: string; questions: number; strategy: string }>(`/projects/${at(p)}/ask`, { task, n }),
  checks: async () => (await request<{ checks: string[] }>('/checks')).checks,
  strategies: async () => (await request<{ strategies: Strategy[] }>('/strategies')).strategies,
  widgets: () => request<{ kinds: { kind: string; widget: string; module: string | null }[] }>('/kinds'),
}
