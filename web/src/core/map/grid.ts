// Which points lie near a place or inside a line drawn around some: cells over the plane, so that few points are looked at.

import { type Points, SIDE } from './points'

const BITS = 7
const CELLS = 1 << BITS
const SHIFT = 16 - BITS

export interface Grid {
  points: Points
  /** Where the points of each cell begin in `order`; one more at the end. */
  starts: Uint32Array
  order: Uint32Array
}

export function index(points: Points): Grid {
  const starts = new Uint32Array(CELLS * CELLS + 1)
  const { n, xy } = points
  const cells = new Uint16Array(n)
  for (let k = 0; k < n; k++) {
    const cell = ((xy[2 * k + 1]! >> SHIFT) << BITS) | (xy[2 * k]! >> SHIFT)
    cells[k] = cell
    starts[cell + 1]!++
  }
  for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1]! += starts[c]!
  const next = starts.slice()
  const order = new Uint32Array(n)
  for (let k = 0; k < n; k++) order[next[cells[k]!]!++] = k
  return { points, starts, order }
}

const cellOf = (value: number): number => Math.min(CELLS - 1, Math.max(0, Math.floor(value) >> SHIFT))

/** The point nearest to (x, y), at most `radius` away; -1 when there is none. */
export function nearest({ points, starts, order }: Grid, x: number, y: number, radius: number): number {
  let found = -1
  let best = radius * radius
  const [left, right] = [cellOf(x - radius), cellOf(x + radius)]
  for (let row = cellOf(y - radius); row <= cellOf(y + radius); row++) {
    const end = starts[(row << BITS) + right + 1]!
    for (let i = starts[(row << BITS) + left]!; i < end; i++) {
      const k = order[i]!
      const dx = points.xy[2 * k]! - x
      const dy = points.xy[2 * k + 1]! - y
      const away = dx * dx + dy * dy
      if (away <= best) {
        best = away
        found = k
      }
    }
  }
  return found
}

/** Whether (x, y) lies inside a closed line of corners x, y in turn: as often crossed to the right as an odd number. */
export function within(line: ArrayLike<number>, x: number, y: number): boolean {
  let inside = false
  const n = line.length / 2
  for (let i = 0, j = n - 1; i < n; j = i++) {
    const [xi, yi, xj, yj] = [line[2 * i]!, line[2 * i + 1]!, line[2 * j]!, line[2 * j + 1]!]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

/** Places of the points inside a closed line, ascending. */
export function inside({ points, starts, order }: Grid, line: ArrayLike<number>): Uint32Array {
  if (line.length < 6) return new Uint32Array()
  let [left, right, bottom, top] = [SIDE, -1, SIDE, -1]
  for (let i = 0; i < line.length; i += 2) {
    left = Math.min(left, line[i]!)
    right = Math.max(right, line[i]!)
    bottom = Math.min(bottom, line[i + 1]!)
    top = Math.max(top, line[i + 1]!)
  }
  if (right < 0 || top < 0 || left >= SIDE || bottom >= SIDE) return new Uint32Array()
  const found: number[] = []
  for (let row = cellOf(bottom); row <= cellOf(top); row++) {
    const end = starts[(row << BITS) + cellOf(right) + 1]!
    for (let i = starts[(row << BITS) + cellOf(left)]!; i < end; i++) {
      const k = order[i]!
      if (within(line, points.xy[2 * k]!, points.xy[2 * k + 1]!)) found.push(k)
    }
  }
  return Uint32Array.from(found).sort()
}
