// Where the nodes of a lineage stand: columns by distance from the start, rows by the order of their neighbours.

export interface Placed {
  id: string
  column: number
  row: number
}

/**
 * Lays out a directed graph from left to right. A node stands one column after the last of its sources; what a
 * cycle would add is ignored. Rows follow the mean row of a node's sources, so lines seldom cross.
 */
export function layered(ids: readonly string[], edges: readonly (readonly [string, string])[]): Placed[] {
  const sources = new Map<string, string[]>(ids.map((id) => [id, []]))
  for (const [from, to] of edges) if (sources.has(from) && from !== to) sources.get(to)?.push(from)
  const columns = new Map<string, number>()
  const entered = new Set<string>()
  const columnOf = (id: string): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    if (entered.has(id)) return -1
    entered.add(id)
    const column = Math.max(-1, ...(sources.get(id) ?? []).map(columnOf)) + 1
    columns.set(id, column)
    return column
  }
  ids.forEach(columnOf)
  const rows = new Map<string, number>()
  const placed: Placed[] = []
  const last = Math.max(0, ...columns.values())
  for (let column = 0; column <= last; column++) {
    const here = ids.filter((id) => columns.get(id) === column)
    const weight = (id: string, i: number) => {
      const from = (sources.get(id) ?? []).map((source) => rows.get(source) ?? 0)
      return from.length > 0 ? from.reduce((a, b) => a + b, 0) / from.length : i
    }
    const order = here.map((id, i) => ({ id, by: weight(id, i), i })).sort((a, b) => a.by - b.by || a.i - b.i)
    order.forEach(({ id }, row) => {
      rows.set(id, row)
      placed.push({ id, column, row })
    })
  }
  return placed
}

export interface GraphNode {
  id: string
  kind: string
  text: string
}

export interface Graph {
  nodes: GraphNode[]
  edges: (readonly [string, string])[]
  /** For each node that stands for others: how many. */
  hidden: ReadonlyMap<string, number>
}

/** Shows at most `most` nodes of a kind; one node in their place stands for the rest. */
export function folded(nodes: readonly GraphNode[], edges: readonly (readonly [string, string])[], most: number): Graph {
  const seen = new Map<string, number>()
  const standsFor = new Map<string, string>()
  const hidden = new Map<string, number>()
  const kept: GraphNode[] = []
  for (const node of nodes) {
    const n = (seen.get(node.kind) ?? 0) + 1
    seen.set(node.kind, n)
    if (n <= most) {
      kept.push(node)
      continue
    }
    const rest = `more:${node.kind}`
    if (!hidden.has(rest)) kept.push({ id: rest, kind: node.kind, text: '' })
    hidden.set(rest, (hidden.get(rest) ?? 0) + 1)
    standsFor.set(node.id, rest)
  }
  const known = new Set(kept.map((node) => node.id))
  const joined = new Map<string, readonly [string, string]>()
  for (const [from, to] of edges) {
    const ends = [standsFor.get(from) ?? from, standsFor.get(to) ?? to] as const
    if (ends[0] !== ends[1] && known.has(ends[0]) && known.has(ends[1])) joined.set(ends.join(' '), ends)
  }
  return { nodes: kept, edges: [...joined.values()], hidden }
}
