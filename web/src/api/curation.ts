// What people do to a whole dataset at once: labels renamed, merged, split and replaced; freezes; erasures; exports.

import { request } from './client'
import type { components } from './schema'
import type { Job } from './types'

type Schemas = components['schemas']
export type Migration = Schemas['LabelMigration']
export type MigrationPreview = Schemas['MigrationPreview']
export type MigrationKind = Migration['kind']
export interface Change {
  kind: MigrationKind
  labels: string[]
  into: string[]
}

export type Replaced = Schemas['Replaced']
/** Which rows of a branch: all that is given must fit. */
export interface Finding {
  branch: string
  label: string | null
  search: string | null
  where: string | null
  answered_by: string | null
  disagrees: boolean
}

export type Freeze = Schemas['FreezeShown']
export type Frozen = Freeze['what']
export type Erasure = Schemas['ErasureShown']
/** Which items: those named, and those that hold a text. */
export interface Erased {
  items?: readonly string[]
  search?: string
}

export type Format = Schemas['Writes']
export type ExportReport = Schemas['ExportReport']
export interface ExportWanted {
  format: string
  what: 'labels' | 'items'
  task: string | null
  at: string | null
}

const at = (name: string) => encodeURIComponent(name)
const of = (p: string) => `/projects/${at(p)}`
const all = (p: string, task: string) => `${of(p)}/tasks/${at(task)}/migrations`
const post = <T>(path: string, body: unknown) => request<T>(path, { method: 'POST', body })
/** Looks at every row, so it may take a while. */
const slow = <T>(path: string, body: unknown) => request<T>(path, { method: 'POST', body, slow: true })

export const curation = {
  migrations: async (p: string, task: string) => (await request<{ migrations: Migration[] }>(all(p, task))).migrations,
  preview: (p: string, task: string, change: Change) => post<MigrationPreview>(all(p, task), { ...change, preview: true }),
  relabel: (p: string, task: string, change: Change, reason: string) => post<Migration>(all(p, task), { ...change, reason }),
  undo: (p: string, task: string, migration: string, reason: string) => post<Migration>(`${all(p, task)}/${at(migration)}/undo`, { reason }),

  wouldReplace: (p: string, task: string, found: Finding, to: unknown) => slow<Replaced>(`${of(p)}/replace`, { ...found, task, to, preview: true }),
  replace: (p: string, task: string, found: Finding, to: unknown, message: string) => slow<Replaced>(`${of(p)}/replace`, { ...found, task, to, message }),

  freezes: async (p: string) => (await request<{ freezes: Freeze[] }>(`${of(p)}/freezes`, { query: { limit: 200 } })).freezes,
  freeze: (p: string, what: Frozen, task: string, name: string | null, reason: string) =>
    slow<Freeze>(`${of(p)}/freezes`, { what, task, name, reason }),
  thaw: (p: string, id: string, reason: string) => post<Freeze>(`${of(p)}/freezes/${at(id)}/thaw`, { reason }),

  erasures: async (p: string) => (await request<{ erasures: Erasure[] }>(`${of(p)}/erasures`, { query: { limit: 200 } })).erasures,
  wouldErase: (p: string, what: Erased) => slow<Schemas['ErasePreview']>(`${of(p)}/erasures`, { ...what, preview: true }),
  erase: (p: string, what: Erased, reason: string) => slow<Schemas['Erasing']>(`${of(p)}/erasures`, { ...what, reason }),
  goOnErasing: (p: string) => post<Schemas['Erasing']>(`${of(p)}/erasures/resume`, {}),
}

export const exports = {
  formats: async () => (await request<Schemas['Formats']>('/formats')).writers,
  start: (p: string, wanted: ExportWanted) => post<Job>(`${of(p)}/exports`, wanted),
  report: (job: string) => request<ExportReport>(`/jobs/${at(job)}/export`),
  file: (job: string) => `/api/v1/jobs/${at(job)}/file`,
}
