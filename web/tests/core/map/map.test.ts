// The map without a page: bytes, cells, lines drawn around points, zoom, pixels, the selection, colours.

import { describe, expect, test } from 'vitest'
import { index, inside, nearest, within } from '../../../src/core/map/grid'
import { alongTheMap, decodeColours, decodePoints, idAt, noColours, NONE, placeOf, type Points, SEVERAL, TEST, BULK, ASKED } from '../../../src/core/map/points'
import { disc, draw, pixel, pointSize } from '../../../src/core/map/raster'
import { Selection } from '../../../src/core/map/selection'
import { labelColour, shadesOf } from '../../../src/core/map/shades'
import { moved, onPlane, onScreen, whole, zoomed } from '../../../src/core/map/view'

/** A fixed sequence of numbers from 0 to 1. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

function some(n: number, seed = 1): Points {
  const next = chance(seed)
  return { n, first: 7, shifts: Uint32Array.from({ length: n }, (_, k) => 2 * k), xy: Uint16Array.from({ length: 2 * n }, () => next() * 65_536) }
}

function packed(points: Points): ArrayBuffer {
  const buffer = new ArrayBuffer(16 + 8 * points.n)
  const view = new DataView(buffer)
  new Uint8Array(buffer).set([72, 76, 77, 49])
  view.setUint32(4, points.n, true)
  view.setBigUint64(8, BigInt(points.first), true)
  new Uint32Array(buffer, 16, points.n).set(points.shifts)
  new Uint16Array(buffer, 16 + 4 * points.n).set(points.xy)
  return buffer
}

describe('bytes', () => {
  test('are points again, with ids that are found', () => {
    const before = some(50)
    const after = decodePoints(packed(before))
    expect(after).toEqual(before)
    for (let k = 0; k < 50; k++) expect(placeOf(after, idAt(after, k))).toBe(k)
    expect(idAt(after, 3)).toBe('i13')
    for (const id of ['i6', 'i8', 'i999', 'i1']) expect(placeOf(after, id)).toBe(-1)
  })

  test('of another kind or length are refused', () => {
    expect(() => decodePoints(packed(some(5)).slice(0, 40))).toThrow()
    expect(() => decodeColours(packed(some(5)))).toThrow()
    const buffer = new ArrayBuffer(8 + 12)
    new Uint8Array(buffer).set([72, 76, 67, 49, 2])
    new Uint16Array(buffer, 8, 4).set([1, 2, 3, NONE])
    expect([...decodeColours(buffer).predicted]).toEqual([3, NONE])
  })

  test('an order along the map keeps neighbours together', () => {
    const corners = { n: 4, first: 1, shifts: new Uint32Array([0, 1, 2, 3]), xy: new Uint16Array([0, 0, 65_535, 65_535, 1, 1, 65_534, 65_534]) }
    expect(alongTheMap(corners, [0, 1, 2, 3])).toEqual([0, 2, 3, 1])
  })
})

describe('cells', () => {
  const points = some(3_000)
  const grid = index(points)

  test('every point is in one cell', () => {
    expect([...grid.order].sort((a, b) => a - b)).toEqual(Array.from({ length: 3_000 }, (_, k) => k))
  })

  test('the nearest point is the one that comparing all of them finds', () => {
    const next = chance(5)
    for (let round = 0; round < 200; round++) {
      const [x, y, radius] = [next() * 65_536, next() * 65_536, 300 + next() * 3_000]
      let best = -1
      let least = radius * radius
      for (let k = 0; k < points.n; k++) {
        const away = (points.xy[2 * k]! - x) ** 2 + (points.xy[2 * k + 1]! - y) ** 2
        if (away <= least) [best, least] = [k, away]
      }
      const found = nearest(grid, x, y, radius)
      const gap = (k: number) => (k < 0 ? -1 : (points.xy[2 * k]! - x) ** 2 + (points.xy[2 * k + 1]! - y) ** 2)
      expect(gap(found)).toBe(gap(best))
    }
  })

  test('what lies inside a line is what testing every point says', () => {
    const next = chance(9)
    for (let round = 0; round < 60; round++) {
      const corners = 3 + Math.floor(next() * 40)
      const [cx, cy] = [next() * 65_536, next() * 65_536]
      const line = Array.from({ length: corners }, (_, i) => {
        const angle = (2 * Math.PI * i) / corners
        const reach = 2_000 + next() * 20_000
        return [cx + reach * Math.cos(angle), cy + reach * Math.sin(angle)]
      }).flat()
      const all = Array.from({ length: points.n }, (_, k) => k).filter((k) => within(line, points.xy[2 * k]!, points.xy[2 * k + 1]!))
      expect([...inside(grid, line)]).toEqual(all)
    }
  })

  test('a line off the plane, or of two corners, holds nothing', () => {
    expect(inside(grid, [0, 0, 9_000, 9_000]).length).toBe(0)
    expect(inside(grid, [-900, -900, -800, -900, -800, -800]).length).toBe(0)
    expect(inside(grid, [-9, -9, 99_999, -9, 99_999, 99_999, -9, 99_999]).length).toBe(3_000)
  })

  test('in a dent one is outside, and where a line goes round twice too', () => {
    const dented = [0, 0, 10, 0, 10, 10, 5, 2, 0, 10]
    expect(within(dented, 5, 1)).toBe(true)
    expect(within(dented, 5, 6)).toBe(false)
    const eight = [0, 0, 10, 10, 10, 0, 0, 10]
    expect(within(eight, 2, 5)).toBe(true)
    expect(within(eight, 5, 8)).toBe(false)
  })
})

describe('the view', () => {
  test('screen and plane are each other turned round', () => {
    let view = zoomed(whole(800, 600), 3.7, 120, 80, 800, 600)
    view = moved(view, 33, -21)
    const [x, y] = onPlane(view, 205, 410, 800, 600)
    const [px, py] = onScreen(view, x, y, 800, 600)
    expect([px, py].map(Math.round)).toEqual([205, 410])
  })

  test('zooming keeps what is under the pointer, moving takes it along', () => {
    const view = whole(800, 600)
    const before = onPlane(view, 300, 200, 800, 600)
    const after = onPlane(zoomed(view, 2, 300, 200, 800, 600), 300, 200, 800, 600)
    expect(after.map(Math.round)).toEqual(before.map(Math.round))
    const pulled = moved(view, 40, 25)
    expect(onPlane(pulled, 340, 225, 800, 600).map(Math.round)).toEqual(before.map(Math.round))
  })
})

describe('pixels', () => {
  const points: Points = { n: 2, first: 1, shifts: new Uint32Array([0, 1]), xy: new Uint16Array([32_768, 32_768, 65_535, 65_535]) }
  const look = () => ({ shade: new Uint8Array([0, 1]), palette: Uint32Array.from([pixel('#ff0000'), pixel('#00ff00')]), background: pixel('#ffffff'), ring: pixel('#000000'), chosen: new Uint8Array(2), anyChosen: false })
  const blank = () => ({ pixels: new Uint32Array(100 * 80), width: 100, height: 80 })

  test('a colour is four bytes in the order of the canvas', () => {
    const bytes = new Uint8Array(Uint32Array.from([pixel('#010203')]).buffer)
    expect([...bytes]).toEqual([1, 2, 3, 255])
  })

  test('a point is where it belongs, and nothing is drawn beyond the edge', () => {
    const picture = blank()
    draw(picture, points, whole(100, 80), look(), 3)
    expect(picture.pixels[40 * 100 + 50]).toBe(pixel('#ff0000'))
    const red = picture.pixels.filter((value) => value === pixel('#ff0000')).length
    expect(red).toBe(disc(3).length / 2)
    const corner = { x: 65_535, y: 65_535, scale: 0.01 }
    const edge = blank()
    draw(edge, points, { ...corner, x: 65_535 + 5_000, y: 65_535 }, look(), 7)
    const green = edge.pixels.filter((value) => value === pixel('#00ff00')).length
    expect(green).toBeGreaterThan(0)
    expect(green).toBeLessThan(disc(7).length / 2)
  })

  test('chosen points have a ring and lie above', () => {
    const picture = blank()
    const chosen = { ...look(), chosen: new Uint8Array([1, 0]), anyChosen: true }
    draw(picture, points, whole(100, 80), chosen, 3)
    expect(picture.pixels.filter((value) => value === pixel('#000000')).length).toBe(disc(7).length / 2 - disc(3).length / 2)
  })

  test('points grow when there are few and when one looks closer', () => {
    const view = whole(800, 600)
    expect(pointSize(500, view, view.scale, 1)).toBeGreaterThan(pointSize(100_000, view, view.scale, 1))
    expect(pointSize(100_000, { ...view, scale: view.scale * 4 }, view.scale, 1)).toBeGreaterThan(pointSize(100_000, view, view.scale, 1))
  })
})

test('a selection counts itself and tells whoever listens', () => {
  const selection = new Selection(10)
  let told = 0
  selection.subscribe(() => told++)
  selection.change('add', [1, 1, 4, 11, -1])
  expect([selection.count, ...selection.places()]).toEqual([2, 1, 4])
  selection.change('replace', [2, 3])
  selection.toggle(3)
  selection.toggle(9)
  expect([...selection.places()]).toEqual([2, 9])
  selection.change('remove', [2, 5])
  expect([selection.count, selection.has(9), selection.has(2)]).toEqual([1, true, false])
  selection.clear()
  selection.clear()
  expect([selection.count, told]).toEqual([0, 6])
})

describe('colours', () => {
  const colours = noColours(6)
  colours.label.set([1, 2, 2, 0, NONE, SEVERAL])
  colours.uncertainty.set([0, 255, 128, 0, 0, 255])
  colours.flags.set([TEST, BULK, 0, ASKED, 0, 0])

  test('by label: one each, grey for none, the legend counts', () => {
    const { shade, legend } = shadesOf(colours, 'label', ['ham', 'spam', 'other'], false)
    expect([...shade]).toEqual([2, 3, 3, 0, 1, 1])
    expect(legend.map(({ label, word, count }) => [label ?? word, count])).toEqual([['ham', 1], ['spam', 2], ['several', 1], ['none', 1], ['nothing', 1]])
  })

  test('by state and by uncertainty', () => {
    expect([...shadesOf(colours, 'state', [], true).shade]).toEqual([4, 3, 2, 1, 2, 2])
    expect([...shadesOf(colours, 'uncertainty', [], true).shade]).toEqual([0, 7, 4, 0, 0, 7])
  })

  test('every label has a well-formed colour, the first ones differ', () => {
    for (const dark of [false, true]) {
      const all = Array.from({ length: 240 }, (_, k) => labelColour(k, dark))
      for (const one of all) expect(one).toMatch(/^#[0-9a-f]{6}$/)
      expect(new Set(all.slice(0, 40)).size).toBe(40)
    }
  })

  test('far more labels than colours share them in turn', () => {
    const labels = Array.from({ length: 600 }, (_, k) => `label ${k}`)
    const many = noColours(600)
    many.label.set(labels.map((_, k) => k + 1))
    const { shade, legend } = shadesOf(many, 'label', labels, false)
    expect(Math.max(...shade)).toBe(241)
    expect(legend).toHaveLength(600)
    expect(legend.every((entry) => entry.colour !== '')).toBe(true)
  })
})
