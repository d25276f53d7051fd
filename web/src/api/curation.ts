// The labels of a running task renamed, merged, split, and what was done so far.

import { request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Migration = Schemas['LabelMigration']
export type MigrationPreview = Schemas['MigrationPreview']
export type MigrationKind = Migration['kind']
export interface Change {
  kind: MigrationKind
  labels: string[]
  into: string[]
}

const at = (name: string) => encodeURIComponent(name)
const all = (p: string, task: string) => `/projects/${at(p)}/tasks/${at(task)}/migrations`

export const curation = {
  migrations: async (p: string, task: string) => (await request<{ migrations: Migration[] }>(all(p, task))).migrations,
  preview: (p: string, task: string, change: Change) =>
    request<MigrationPreview>(all(p, task), { method: 'POST', body: { ...change, preview: true } }),
  relabel: (p: string, task: string, change: Change, reason: string) =>
    request<Migration>(all(p, task), { method: 'POST', body: { ...change, reason } }),
  undo: (p: string, task: string, migration: string, reason: string) =>
    request<Migration>(`${all(p, task)}/${at(migration)}/undo`, { method: 'POST', body: { reason } }),
}
