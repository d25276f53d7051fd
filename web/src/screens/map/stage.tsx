// The picture of the map with its legend, and a look at the item under the pointer.

import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { idAt, NONE, SEVERAL } from '../../core/map/points'
import type { ColourBy, Entry, Shades } from '../../core/map/shades'
import { t } from '../../i18n'
import { Chip, count as shown } from '../../ui'
import { ItemThumb } from '../parts/item-thumb'
import { MapCanvas, type Tool } from './canvas'
import { type Loaded, useSomeItems } from './use-map'

export interface StageHandle {
  fit(): void
  zoom(factor: number): void
}

interface StageProps {
  project: string
  task: string
  labels: readonly string[]
  loaded: Loaded
  shades: Shades
  by: ColourBy
  tool: Tool
  dark: boolean
  handle: Ref<StageHandle>
  choose(places: ArrayLike<number>, how: 'replace' | 'add' | 'remove'): void
  pick(place: number, add: boolean): void
}

const WAIT_MS = 80

export function Stage({ project, task, labels, loaded, shades, by, tool, dark, handle, choose, pick }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const over = useRef<SVGPolygonElement>(null)
  const map = useRef<MapCanvas | null>(null)
  const told = useRef({ choose, pick })
  told.current = { choose, pick }
  const [at, setAt] = useState<{ place: number; x: number; y: number } | null>(null)
  const { points, selection } = loaded
  useEffect(() => {
    if (!canvas.current || !over.current) return
    const made = new MapCanvas(canvas.current, over.current, points, selection, {
      lasso: (places, how) => told.current.choose(places, how),
      pick: (place, add) => told.current.pick(place, add),
      hover: (place, x, y) => setAt((before) => (place < 0 ? null : before?.place === place ? before : { place, x, y })),
    })
    map.current = made
    return () => {
      made.close()
      map.current = null
    }
  }, [points, selection])
  useEffect(() => {
    const css = getComputedStyle(document.documentElement)
    const colour = (name: string, other: string) => (/^#[0-9a-f]{6}$/i.test(css.getPropertyValue(name).trim()) ? css.getPropertyValue(name).trim() : other)
    map.current?.paint(shades, colour('--hl-surface', dark ? '#1c1e27' : '#ffffff'), colour('--hl-text', dark ? '#ecebe6' : '#1f2230'))
  }, [shades, dark, points, selection])
  useEffect(() => {
    if (map.current) map.current.tool = tool
  }, [tool, points, selection])
  useImperativeHandle(handle, () => ({ fit: () => map.current?.fit(), zoom: (factor) => map.current?.zoom(factor) }), [])
  return (
    <figure className="map-stage">
      <canvas ref={canvas} role="img" className={`map-canvas map-canvas-${tool}`} aria-label={t('map.picture', { n: shown(points.n) })} data-points={points.n} />
      <svg className="map-over" aria-hidden="true">
        <polygon ref={over} className="map-line" />
      </svg>
      {at ? <Peek project={project} task={task} labels={labels} loaded={loaded} place={at.place} x={at.x} y={at.y} /> : null}
      <Legend entries={shades.legend} by={by} />
    </figure>
  )
}

const MOST_ENTRIES = 14

function Legend({ entries, by }: { entries: readonly Entry[]; by: ColourBy }) {
  const sorted = entries.every((entry) => entry.label === null) ? entries : [...entries].sort((a, b) => b.count - a.count)
  const rest = sorted.slice(MOST_ENTRIES)
  return (
    <figcaption className="map-legend">
      <span className="hidden-text">{t(`map.by.${by}`)}: </span>
      {sorted.slice(0, MOST_ENTRIES).map((entry) => (
        <span key={`${entry.label}/${entry.word}`} className="map-entry">
          <span className="map-dot" style={{ background: entry.colour }} aria-hidden="true" />
          <span dir="auto">{entry.label ?? t(`map.word.${entry.word}`)}</span> <span className="dim num">{shown(entry.count)}</span>
        </span>
      ))}
      {rest.length > 0 ? <span className="dim">{t('map.more', { n: rest.length })}</span> : null}
    </figcaption>
  )
}

interface PeekProps {
  project: string
  task: string
  labels: readonly string[]
  loaded: Loaded
  place: number
  x: number
  y: number
}

function Peek({ project, task, labels, loaded, place, x, y }: PeekProps) {
  const [settled, setSettled] = useState<number | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(place), WAIT_MS)
    return () => clearTimeout(timer)
  }, [place])
  const found = useSomeItems(project, task, settled === place ? [idAt(loaded.points, place)] : [])
  const item = settled === place ? found.data?.[0] : undefined
  const { label, predicted, uncertainty } = loaded.colours
  const name = (number: number) =>
    number === 0 ? null : number === NONE || number === SEVERAL ? t(`map.word.${number === NONE ? 'none' : 'several'}`) : (labels[number - 1] ?? null)
  const said = name(label[place] ?? 0)
  const guess = name(predicted[place] ?? 0)
  return (
    <div className="map-peek" style={{ left: x, top: y }} aria-hidden="true">
      {item ? <ItemThumb data={item.data} size={88} /> : null}
      {said ? <Chip tone="accent">{said}</Chip> : null}
      {guess && guess !== said ? (
        <Chip tone="hollow">
          {guess} · {Math.round(100 - (uncertainty[place] ?? 0) / 2.55)} %
        </Chip>
      ) : null}
    </div>
  )
}
