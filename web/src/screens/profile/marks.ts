// Arithmetic of the marks on the profile: bars of a histogram, shades of the heat map, short numbers.

import type { Histogram } from '../../api/types'

export interface Bar {
  x: number
  width: number
  height: number
  title: string
}

/** Bars in a box of that size; the highest fills it. low, high: where the first begins and the last ends. */
export function histogram(found: Histogram, width: number, height: number): { bars: Bar[]; low: number; high: number; n: number } {
  const { edges, counts } = found
  const most = Math.max(1, ...counts)
  const step = counts.length > 0 ? width / counts.length : width
  const gap = Math.min(1.5, step * 0.15)
  const bars = counts.map((n, i) => ({
    x: Math.round((i * step + gap / 2) * 100) / 100,
    width: Math.round((step - gap) * 100) / 100,
    height: n === 0 ? 0 : Math.max(1, (n / most) * height),
    title: `${short(edges[i] ?? 0)} – ${short(edges[i + 1] ?? 0)}: ${n.toLocaleString()}`,
  }))
  const n = counts.reduce((sum, one) => sum + one, 0) + found.below + found.above
  // Bars of whole numbers stand around them; the axis says the numbers.
  const half = edges.length > 1 && edges.every((edge) => Math.abs(edge % 1) === 0.5) ? 0.5 : 0
  return { bars, low: (edges[0] ?? 0) + half, high: (edges[edges.length - 1] ?? 0) - half, n }
}

/** How strongly a cell is shaded, 0 to 45 percent: dark text stays readable on it, and light text at night. */
export const shade = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 45)

/** A number as people write it on an axis: at most four digits that matter. */
export function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6) return `${(value / 1e6).toPrecision(3)} M`
  if (size >= 1000) return Math.round(value).toLocaleString()
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}
