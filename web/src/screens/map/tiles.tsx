// Items beside the map, in the order of their likeness: the same selection, and everything by keyboard.

import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ItemLine } from '../../api/types'
import { idAt, type Points } from '../../core/map/points'
import type { Selection } from '../../core/map/selection'
import { t } from '../../i18n'
import { CheckIcon } from '../../ui'
import { imageOf, ItemThumb } from '../parts/item-thumb'
import { useSomeItems } from './use-map'

const TILE = 116
const TEXT_TILE = 200
const ROW = 124
const AHEAD = 2
const PART = 48

interface TilesProps {
  project: string
  task: string
  points: Points
  selection: Selection
  /** Places, in the order shown. */
  list: readonly number[]
  /** Place in `list` that the keyboard is at. */
  cursor: number
  move(cursor: number): void
  version: number
}

export function Tiles({ project, task, points, selection, list, cursor, move, version }: TilesProps) {
  const box = useRef<HTMLDivElement>(null)
  const [{ top, width, height }, setWindow] = useState({ top: 0, width: 0, height: 0 })
  const [wide, setWide] = useState(false)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => setWindow({ top: element.scrollTop, width: element.clientWidth, height: element.clientHeight })
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      watch.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])
  const columns = Math.max(1, Math.floor(width / (wide ? TEXT_TILE : TILE)))
  const rows = Math.ceil(list.length / columns)
  const first = Math.max(0, Math.floor(top / ROW) - AHEAD)
  const last = Math.min(rows, Math.ceil((top + height) / ROW) + AHEAD)
  const items = useVisible(project, task, points, list, first * columns, last * columns)
  const shown = list.slice(first * columns, last * columns)
  const known = items.get(idAt(points, shown[0] ?? -1))
  useEffect(() => {
    if (known) setWide(imageOf(known.data) === null)
  }, [known])
  useEffect(() => {
    const element = box.current
    if (!element || cursor < 0) return
    const row = Math.floor(cursor / columns) * ROW
    if (row < element.scrollTop) element.scrollTop = row
    else if (row + ROW > element.scrollTop + element.clientHeight) element.scrollTop = row + ROW - element.clientHeight
  }, [cursor, columns])
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -list.length, End: list.length }[event.key]
    if (by !== undefined) move(Math.max(0, Math.min(list.length - 1, cursor + by)))
    else if (event.key === ' ') selection.toggle(list[cursor] ?? -1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      ref={box}
      className="map-tiles"
      role="listbox"
      aria-multiselectable="true"
      aria-label={t('map.list')}
      aria-activedescendant={list.length > 0 ? `tile-${list[cursor] ?? 0}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
      data-version={version}
    >
      <div style={{ height: rows * ROW }} role="presentation">
        <div className="map-rows" role="presentation" style={{ transform: `translateY(${first * ROW}px)`, gridTemplateColumns: `repeat(${columns}, 1fr)` }}>
          {shown.map((place, i) => (
            <Tile
              key={place}
              place={place}
              item={items.get(idAt(points, place))}
              chosen={selection.has(place)}
              current={first * columns + i === cursor}
              at={first * columns + i + 1}
              of={list.length}
              press={() => {
                move(first * columns + i)
                selection.toggle(place)
              }}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

interface TileProps {
  place: number
  item: ItemLine | undefined
  chosen: boolean
  current: boolean
  at: number
  of: number
  press(): void
}

function Tile({ place, item, chosen, current, at, of, press }: TileProps) {
  const name = item ? (item.key ?? item.id) : t('app.loading')
  return (
    <div
      id={`tile-${place}`}
      role="option"
      aria-selected={chosen}
      aria-setsize={of}
      aria-posinset={at}
      className={current ? 'map-tile map-tile-current' : 'map-tile'}
      onClick={press}
    >
      <span className="hidden-text">{name}</span>
      {item ? <ItemThumb data={item.data} size={76} /> : <span className="map-tile-wait" />}
      <span className="map-tile-foot">
        {item?.label ? item.label.value.labels.join(', ') : item?.test ? t('items.test') : ''}
      </span>
      {chosen ? (
        <span className="map-tile-mark" aria-hidden="true">
          <CheckIcon size={14} />
        </span>
      ) : null}
    </div>
  )
}

/** The items in sight, asked for in parts that stay the same while one scrolls. */
function useVisible(project: string, task: string, points: Points, list: readonly number[], begin: number, end: number) {
  const start = Math.floor(begin / PART) * PART
  const ids = (from: number) => list.slice(from, from + PART).map((place) => idAt(points, place))
  const one = useSomeItems(project, task, ids(start))
  const two = useSomeItems(project, task, end > start + PART ? ids(start + PART) : [])
  const found = new Map<string, ItemLine>()
  for (const item of [...(one.data ?? []), ...(two.data ?? [])]) found.set(item.id, item)
  return found
}
