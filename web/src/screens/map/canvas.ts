// The map on a page: a canvas that is drawn by hand, and what the pointer does on it.

import { type Grid, index, inside, nearest } from '../../core/map/grid'
import type { Points } from '../../core/map/points'
import { draw, type Look, type Picture, pixel, pointSize } from '../../core/map/raster'
import type { Selection } from '../../core/map/selection'
import type { Shades } from '../../core/map/shades'
import { moved, onPlane, onScreen, type View, whole, zoomed } from '../../core/map/view'

export type Tool = 'lasso' | 'move'

export interface Told {
  /** A line was drawn around some points; `add` with Shift, `remove` with Alt. */
  lasso(places: Uint32Array, how: 'replace' | 'add' | 'remove'): void
  /** A point was clicked. */
  pick(place: number, add: boolean): void
  /** The pointer is over a point, or over none (-1), at (x, y) of the canvas. */
  hover(place: number, x: number, y: number): void
}

const NEAR_PX = 9
const STEP_PX = 3
const MOST_RATIO = 2
const TOUCH_PX = 5

export class MapCanvas {
  tool: Tool = 'lasso'
  private view: View = whole(1, 1)
  private picture: Picture & { data: ImageData | null } = { pixels: new Uint32Array(0), width: 0, height: 0, data: null }
  private readonly grid: Grid
  private readonly context: CanvasRenderingContext2D | null
  private look: Look
  private frame = 0
  private ratio = 1
  private line: number[] | null = null
  private from: { x: number; y: number; moved: boolean } | null = null
  private readonly fingers = new Map<number, { x: number; y: number }>()
  private readonly watch: ResizeObserver
  private readonly ends: (() => void)[] = []

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly over: SVGPolygonElement,
    private readonly points: Points,
    private readonly selection: Selection,
    private readonly told: Told,
  ) {
    this.grid = index(points)
    this.context = canvas.getContext('2d', { alpha: false })
    this.look = { shade: new Uint8Array(points.n), palette: new Uint32Array(1), background: 0, ring: 0, chosen: selection.mask, anyChosen: false }
    this.watch = new ResizeObserver(() => this.resize())
    this.watch.observe(canvas)
    this.ends.push(selection.subscribe(() => this.refresh()))
    this.listen()
    this.resize()
  }

  close(): void {
    this.watch.disconnect()
    cancelAnimationFrame(this.frame)
    for (const end of this.ends) end()
  }

  /** Colours anew. background, ring: #rrggbb. */
  paint(shades: Shades, background: string, ring: string): void {
    const palette = Uint32Array.from(shades.colours, pixel)
    this.look = { ...this.look, shade: shades.shade, palette, background: pixel(background), ring: pixel(ring) }
    this.refresh()
  }

  fit(): void {
    this.view = whole(this.picture.width, this.picture.height)
    this.refresh()
  }

  zoom(factor: number): void {
    this.zoomAt(factor, this.picture.width / 2, this.picture.height / 2)
  }

  /** Draws in the next frame; asked for several times, once. */
  refresh(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0
      this.render()
    })
  }

  /** Draws now. */
  render(): void {
    const { data } = this.picture
    if (!data || !this.context) return
    const fit = whole(this.picture.width, this.picture.height).scale
    const size = pointSize(this.points.n, this.view, fit, this.ratio)
    draw(this.picture, this.points, this.view, { ...this.look, anyChosen: this.selection.count > 0 }, size)
    this.context.putImageData(data, 0, 0)
  }

  private resize(): void {
    const box = this.canvas.getBoundingClientRect()
    this.ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1)
    const [width, height] = [Math.round(box.width * this.ratio), Math.round(box.height * this.ratio)]
    if (width < 1 || height < 1 || (width === this.picture.width && height === this.picture.height)) return
    const first = this.picture.width === 0
    const before = whole(Math.max(1, this.picture.width), Math.max(1, this.picture.height)).scale
    const data = new ImageData(width, height)
    this.canvas.width = width
    this.canvas.height = height
    this.picture = { pixels: new Uint32Array(data.data.buffer), width, height, data }
    const fitted = whole(width, height)
    this.view = first ? fitted : { ...this.view, scale: (this.view.scale / before) * fitted.scale }
    this.refresh()
  }

  private at(event: PointerEvent | WheelEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect()
    return [(event.clientX - box.left) * this.ratio, (event.clientY - box.top) * this.ratio]
  }

  private listen(): void {
    const on = <K extends keyof HTMLElementEventMap>(kind: K, run: (event: HTMLElementEventMap[K]) => void) => {
      this.canvas.addEventListener(kind, run, kind === 'wheel' ? { passive: false } : undefined)
      this.ends.push(() => this.canvas.removeEventListener(kind, run))
    }
    on('wheel', (event) => {
      event.preventDefault()
      const [x, y] = this.at(event)
      this.zoomAt(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), x, y)
    })
    on('pointerdown', (event) => this.down(event))
    on('pointermove', (event) => this.move(event))
    on('pointerup', (event) => this.up(event))
    on('pointercancel', (event) => this.drop(event))
    on('pointerleave', () => this.told.hover(-1, 0, 0))
  }

  private zoomAt(factor: number, x: number, y: number): void {
    this.view = zoomed(this.view, factor, x, y, this.picture.width, this.picture.height)
    this.refresh()
  }

  private down(event: PointerEvent): void {
    const [x, y] = this.at(event)
    this.canvas.setPointerCapture(event.pointerId)
    this.fingers.set(event.pointerId, { x, y })
    if (this.fingers.size > 1) {
      this.outline(null)
      return
    }
    this.from = { x, y, moved: false }
    if (this.tool === 'lasso' && event.button === 0) this.outline([x, y])
    this.told.hover(-1, 0, 0)
  }

  private move(event: PointerEvent): void {
    const [x, y] = this.at(event)
    const finger = this.fingers.get(event.pointerId)
    if (!finger) {
      this.hover(x, y)
      return
    }
    if (this.fingers.size === 2) {
      this.pinch(event.pointerId, finger, x, y)
      return
    }
    if (this.from && Math.hypot(x - this.from.x, y - this.from.y) > TOUCH_PX * this.ratio) this.from.moved = true
    if (this.line) {
      const last = this.line.length
      if (Math.hypot(x - this.line[last - 2]!, y - this.line[last - 1]!) >= STEP_PX * this.ratio) this.outline([...this.line, x, y])
    } else {
      this.view = moved(this.view, x - finger.x, y - finger.y)
      this.refresh()
    }
    this.fingers.set(event.pointerId, { x, y })
  }

  /** Two fingers move and stretch the map. */
  private pinch(id: number, before: { x: number; y: number }, x: number, y: number): void {
    const other = [...this.fingers].find(([key]) => key !== id)?.[1]
    this.fingers.set(id, { x, y })
    if (!other) return
    const apart = Math.hypot(before.x - other.x, before.y - other.y)
    const now = Math.hypot(x - other.x, y - other.y)
    this.view = moved(this.view, (x - before.x) / 2, (y - before.y) / 2)
    if (apart > 10 && now > 10) this.zoomAt(now / apart, (x + other.x) / 2, (y + other.y) / 2)
    this.refresh()
  }

  private up(event: PointerEvent): void {
    const { from, line } = this
    this.drop(event)
    if (!from) return
    const [x, y] = this.at(event)
    if (!from.moved) {
      const place = this.near(x, y)
      if (place >= 0) this.told.pick(place, event.shiftKey)
      return
    }
    if (!line || line.length < 6) return
    const { width, height } = this.picture
    const there: number[] = []
    for (let i = 0; i < line.length; i += 2) there.push(...onPlane(this.view, line[i]!, line[i + 1]!, width, height))
    this.told.lasso(inside(this.grid, there), event.shiftKey ? 'add' : event.altKey ? 'remove' : 'replace')
  }

  private drop(event: PointerEvent): void {
    this.fingers.delete(event.pointerId)
    this.outline(null)
    this.from = null
  }

  private hover(x: number, y: number): void {
    const place = this.near(x, y)
    if (place < 0) {
      this.told.hover(-1, 0, 0)
      return
    }
    const { width, height } = this.picture
    const [px, py] = onScreen(this.view, this.points.xy[2 * place]!, this.points.xy[2 * place + 1]!, width, height)
    this.told.hover(place, px / this.ratio, py / this.ratio)
  }

  private near(x: number, y: number): number {
    const { width, height } = this.picture
    const [wx, wy] = onPlane(this.view, x, y, width, height)
    return nearest(this.grid, wx, wy, (NEAR_PX * this.ratio) / this.view.scale)
  }

  private outline(line: number[] | null): void {
    this.line = line
    const shown = line ?? []
    const parts: string[] = []
    for (let i = 0; i < shown.length; i += 2) parts.push(`${(shown[i]! / this.ratio).toFixed(1)},${(shown[i + 1]! / this.ratio).toFixed(1)}`)
    this.over.setAttribute('points', parts.join(' '))
  }
}
