// Which part of the plane is on screen.

import { SIDE } from './points'

export interface View {
  /** Place on the plane at the middle of the screen. */
  x: number
  y: number
  /** Pixels of the screen for one step on the plane. */
  scale: number
}

const NEAREST = 4

/** All of the plane, as large as it fits. */
export function whole(width: number, height: number): View {
  return { x: SIDE / 2, y: SIDE / 2, scale: Math.max(1, Math.min(width, height)) / SIDE }
}

/** The same with another zoom; what was under (px, py) stays there. */
export function zoomed(view: View, factor: number, px: number, py: number, width: number, height: number): View {
  const least = whole(width, height).scale / 2
  const scale = Math.min(NEAREST, Math.max(least, view.scale * factor))
  const [x, y] = onPlane(view, px, py, width, height)
  return kept({ scale, x: x - (px - width / 2) / scale, y: y + (py - height / 2) / scale })
}

/** The same, the plane pulled by so many pixels to the right and down. */
export function moved(view: View, dx: number, dy: number): View {
  return kept({ ...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale })
}

const kept = (view: View): View => ({ ...view, x: Math.min(SIDE, Math.max(0, view.x)), y: Math.min(SIDE, Math.max(0, view.y)) })

export function onPlane(view: View, px: number, py: number, width: number, height: number): [number, number] {
  return [view.x + (px - width / 2) / view.scale, view.y - (py - height / 2) / view.scale]
}

export function onScreen(view: View, x: number, y: number, width: number, height: number): [number, number] {
  return [(x - view.x) * view.scale + width / 2, height / 2 - (y - view.y) * view.scale]
}
