// Points of the map as they come: arrays in one binary reply, never an object per point.

export interface Points {
  n: number
  /** Number of the first item; items ascend. */
  first: number
  /** Numbers of the items less the first. */
  shifts: Uint32Array
  /** x and y in turn, 0 to 65,535; y grows upwards. */
  xy: Uint16Array
}

export interface Colours {
  n: number
  /** Number of the label in the task from 1; 0: none yet. */
  label: Uint16Array
  predicted: Uint16Array
  /** Of the newest model, 0 to 255. */
  uncertainty: Uint8Array
  flags: Uint8Array
}

export const TEST = 1
export const MINE = 2
export const ASKED = 4
export const BULK = 8
/** In place of a label number: expressly none of the labels, and several of them. */
export const NONE = 65_534
export const SEVERAL = 65_535
export const SIDE = 65_536

function begins(buffer: ArrayBuffer, magic: string): boolean {
  const head = new Uint8Array(buffer, 0, Math.min(4, buffer.byteLength))
  return head.length === 4 && [...magic].every((letter, i) => letter.charCodeAt(0) === head[i])
}

export function decodePoints(buffer: ArrayBuffer): Points {
  const view = new DataView(buffer)
  if (!begins(buffer, 'HLM1') || buffer.byteLength !== 16 + 8 * view.getUint32(4, true)) throw new Error('these bytes are no map')
  const n = view.getUint32(4, true)
  return {
    n,
    first: Number(view.getBigUint64(8, true)),
    shifts: new Uint32Array(buffer, 16, n),
    xy: new Uint16Array(buffer, 16 + 4 * n, 2 * n),
  }
}

export function decodeColours(buffer: ArrayBuffer): Colours {
  const view = new DataView(buffer)
  if (!begins(buffer, 'HLC1') || buffer.byteLength !== 8 + 6 * view.getUint32(4, true)) throw new Error('these bytes are no colours')
  const n = view.getUint32(4, true)
  return {
    n,
    label: new Uint16Array(buffer, 8, n),
    predicted: new Uint16Array(buffer, 8 + 2 * n, n),
    uncertainty: new Uint8Array(buffer, 8 + 4 * n, n),
    flags: new Uint8Array(buffer, 8 + 5 * n, n),
  }
}

/** Colours of a map about which nothing is known. */
export function noColours(n: number): Colours {
  return { n, label: new Uint16Array(n), predicted: new Uint16Array(n), uncertainty: new Uint8Array(n), flags: new Uint8Array(n) }
}

/** Id of the item at a place. */
export const idAt = (points: Points, place: number): string => `i${points.first + (points.shifts[place] ?? 0)}`

/** Place of an item, -1 when it is not on the map. */
export function placeOf(points: Points, id: string): number {
  const wanted = Number(id.slice(1)) - points.first
  let low = 0
  let high = points.n - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const there = points.shifts[middle] ?? 0
    if (there === wanted) return middle
    if (there < wanted) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** Places in an order in which neighbours on the map mostly follow each other (Morton 1966): their bits in turn. */
export function alongTheMap(points: Points, places: ArrayLike<number>): number[] {
  const key = (place: number) => spread(points.xy[2 * place] ?? 0) + 2 * spread(points.xy[2 * place + 1] ?? 0)
  return Array.from(places, (place) => [key(place), place] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, place]) => place)
}

/** Sixteen bits with a gap behind each. */
function spread(value: number): number {
  let v = value & 0xffff
  v = (v | (v << 8)) & 0x00ff00ff
  v = (v | (v << 4)) & 0x0f0f0f0f
  v = (v | (v << 2)) & 0x33333333
  v = (v | (v << 1)) & 0x55555555
  return v
}
