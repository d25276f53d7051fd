// Arithmetic of small charts; the drawing is up to screens and widgets.

export interface Scale {
  (value: number): number
  domain: readonly [number, number]
}

/** Maps the domain onto the range, linearly; a domain without width goes to the middle of the range. */
export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [d0, d1] = domain
  const [r0, r1] = range
  const scale = (value: number) => (d1 === d0 ? (r0 + r1) / 2 : r0 + ((value - d0) / (d1 - d0)) * (r1 - r0))
  return Object.assign(scale, { domain })
}

/** Round numbers within the domain, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks(domain: readonly [number, number], count: number): number[] {
  const [low, high] = domain
  if (!(high > low) || count < 1) return [low]
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** A domain around all values with a little air, inside the limits. */
export function domainOf(values: readonly number[], limits: readonly [number, number] = [-Infinity, Infinity]): [number, number] {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return [0, 1]
  const low = Math.min(...finite)
  const high = Math.max(...finite)
  const air = (high - low) * 0.08 || Math.abs(high) * 0.1 || 0.5
  return [Math.max(limits[0], low - air), Math.min(limits[1], high + air)]
}

type Point = readonly [number, number]

/** An SVG path through the points. */
export function line(points: readonly Point[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('')
}

/** An SVG path around the area between two lines over the same x. */
export function band(upper: readonly Point[], lower: readonly Point[]): string {
  if (upper.length === 0) return ''
  return `${line(upper)}${line([...lower].reverse()).replace('M', 'L')}Z`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
