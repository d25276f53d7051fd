// Points as pixels, written into memory by hand. Without a graphics card this is several times faster than WebGL, which has
// to be emulated, and it is the same everywhere.

import type { Points } from './points'
import type { View } from './view'

/** A picture as `ImageData` holds it, four bytes a pixel as one number. */
export interface Picture {
  pixels: Uint32Array
  width: number
  height: number
}

export interface Look {
  /** Number of a colour for each point. */
  shade: Uint8Array
  /** Colours as pixels; `background` and `ring` likewise. */
  palette: Uint32Array
  background: number
  ring: number
  /** 1 for each chosen point. */
  chosen: Uint8Array
  anyChosen: boolean
}

/** 0xAABBGGRR of a colour written as #rrggbb: how memory holds it where the lowest byte comes first. */
export function pixel(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16)
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0
}

/** How many pixels wide a point is drawn: larger the fewer there are and the nearer one looks. */
export function pointSize(n: number, view: View, fit: number, ratio: number): number {
  const few = n <= 2_000 ? 7 : n <= 20_000 ? 5 : 3
  const near = Math.min(2.2, Math.sqrt(view.scale / fit))
  return Math.max(2, Math.min(15, Math.round(few * near * ratio)))
}

const discs = new Map<number, Int16Array>()

/** dx, dy in turn of the pixels of a disc. */
export function disc(size: number): Int16Array {
  const known = discs.get(size)
  if (known) return known
  const found: number[] = []
  const half = (size - 1) / 2
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if ((x - half) ** 2 + (y - half) ** 2 <= (size / 2) ** 2 + 0.3) found.push(x - Math.floor(half), y - Math.floor(half))
    }
  }
  const made = Int16Array.from(found)
  discs.set(size, made)
  return made
}

/** Draws everything: first the points of shade 0, of which nothing is said, then the others, then the chosen with a ring. */
export function draw(picture: Picture, points: Points, view: View, look: Look, size: number): void {
  picture.pixels.fill(look.background)
  const others = look.anyChosen ? 0 : -1
  stamp(picture, points, view, look, disc(size), others, null, 0)
  stamp(picture, points, view, look, disc(size), others, null, 1)
  if (look.anyChosen) {
    stamp(picture, points, view, look, disc(size + 4), 1, look.ring, -1)
    stamp(picture, points, view, look, disc(size), 1, null, -1)
  }
}

/**
 * only: draw those whose `chosen` is this, -1 for all. colour: one for all of them, null for each its own. layer: 0 for those of
 * shade 0, 1 for all other shades, -1 for all.
 */
function stamp(
  picture: Picture,
  points: Points,
  view: View,
  look: Look,
  shape: Int16Array,
  only: number,
  colour: number | null,
  layer: number,
): void {
  const { pixels, width, height } = picture
  const { xy, n } = points
  const { chosen, shade, palette } = look
  const { scale } = view
  const left = width / 2 - view.x * scale
  const top = height / 2 + view.y * scale
  const corners = shape.length
  const margin = 16
  const steps = new Int32Array(corners / 2)
  for (let i = 0; i < corners; i += 2) steps[i / 2] = shape[i + 1]! * width + shape[i]!
  for (let k = 0; k < n; k++) {
    if (only >= 0 && chosen[k] !== only) continue
    if (layer >= 0 && Math.min(1, shade[k]!) !== layer) continue
    const px = (left + xy[2 * k]! * scale) | 0
    const py = (top - xy[2 * k + 1]! * scale) | 0
    if (px < -margin || py < -margin || px >= width + margin || py >= height + margin) continue
    const value = colour ?? palette[shade[k]!]!
    if (px >= margin && py >= margin && px < width - margin && py < height - margin) {
      const at = py * width + px
      for (let i = 0; i < steps.length; i++) pixels[at + steps[i]!] = value
      continue
    }
    for (let i = 0; i < corners; i += 2) {
      const x = px + shape[i]!
      const y = py + shape[i + 1]!
      if (x >= 0 && y >= 0 && x < width && y < height) pixels[y * width + x] = value
    }
  }
}
