// Which column is what: the roles of a file's columns, and the way back to what the server wants.

import type { ColumnsWanted } from '../../api/client'
import type { ColumnGuess } from '../../api/types'

export const LABEL = 'label'
export const KEY = 'key'
export const SPLIT = 'split'
export const META = 'meta'
const FIELD = 'field:'

export const ofField = (name: string): string => `${FIELD}${name}`
export const fieldOf = (role: string): string | null => (role.startsWith(FIELD) ? role.slice(FIELD.length) : null)

/** The role of each column by what is guessed or chosen. */
export function roles(columns: readonly string[], wanted: ColumnGuess | ColumnsWanted): Record<string, string> {
  const found: Record<string, string> = Object.fromEntries(columns.map((name) => [name, META]))
  for (const [field, sources] of Object.entries(wanted.fields)) for (const source of sources) found[source] = ofField(field)
  if (wanted.label) found[wanted.label] = LABEL
  if (wanted.key) found[wanted.key] = KEY
  if (wanted.split) found[wanted.split] = SPLIT
  return found
}

/** What is wanted after one column got another role. Label, key and split are one column each: who had it becomes meta. */
export function withRole(columns: readonly string[], wanted: ColumnGuess | ColumnsWanted, column: string, role: string): ColumnsWanted {
  const now = roles(columns, wanted)
  if (role === LABEL || role === KEY || role === SPLIT) {
    for (const name of columns) if (now[name] === role) now[name] = META
  }
  now[column] = role
  const fields: Record<string, string[]> = {}
  for (const name of columns) {
    const field = fieldOf(now[name] ?? META)
    if (field !== null) fields[field] = [...(fields[field] ?? []), name]
  }
  const one = (wanted_: string) => columns.find((name) => now[name] === wanted_) ?? null
  const also = Object.fromEntries(Object.entries(wanted.also ?? {}).filter(([, name]) => name !== column))
  return {
    fields,
    label: one(LABEL),
    key: one(KEY),
    split: one(SPLIT),
    separator: wanted.separator ?? null,
    also,
    tags: wanted.tags === column ? null : (wanted.tags ?? null),
  }
}
