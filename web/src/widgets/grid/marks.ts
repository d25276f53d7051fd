// What is marked in a grid, and where the arrow keys lead.

export interface GridValue {
  /** Items (ids) that are of the class. */
  chosen: string[]
  /** Items that nobody can tell. */
  unsure: string[]
}

const ids = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

/** A value as it was kept; nothing is marked where there is none. */
export function valueOf(raw: unknown): GridValue {
  const value = (raw ?? {}) as Partial<Record<keyof GridValue, unknown>>
  const unsure = ids(value.unsure)
  return { chosen: ids(value.chosen).filter((id) => !unsure.includes(id)), unsure }
}

/** The cell that an arrow leads to from cell `at`; the edges hold. From nowhere (`first`) it is the first cell. */
export function moved(at: number, action: string, columns: number, n: number, first = false): number {
  if (first) return 0
  const step = { left: -1, right: 1, up: -columns, down: columns }[action] ?? 0
  const to = at + step
  return to < 0 || to >= n ? at : to
}
