// The map of all items beside a grid of the chosen ones: find what is alike, label it together, take it back.

import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { api } from '../../api/client'
import type { Project, Task } from '../../api/types'
import { systemClock } from '../../core/clock'
import { alongTheMap, idAt, MINE, placeOf, TEST } from '../../core/map/points'
import { COLOUR_BY, type ColourBy, shadesOf } from '../../core/map/shades'
import { Stopwatch } from '../../core/stopwatch'
import { t } from '../../i18n'
import { Button, Failed, Key, Page, SegmentedControl, TextInput, toast, toastError, useColorScheme, Waiting } from '../../ui'
import { useProject, useTask } from '../data'
import { mapKeys } from '../keys'
import { NotAllowed } from '../parts/not-allowed'
import { useQueryState } from '../router'
import { useKeys, useSession } from '../session'
import { Bar, type Wanted } from './bar'
import type { Tool } from './canvas'
import { Absent, Notes } from './drawing'
import './map.css'
import { Stage, type StageHandle } from './stage'
import { Tiles } from './tiles'
import { type Loaded, useLoaded, useMapState } from './use-map'

const NEIGHBOURS = 30
const FIRST_SHOWN = 240
const MOST_FOUND = 2_000

export default function MapScreen({ project: name }: { project: string }) {
  const { can } = useSession()
  const project = useProject(name)
  const [task, setTask] = useTask(project.data)
  const state = useMapState(name, can('read_answers') ? (task?.name ?? null) : null)
  const { loaded, error } = useLoaded(name, task?.name ?? null, state.data?.map ? `${state.data.map.version}/${state.data.map.made}` : null)
  if (!can('read_answers')) return <NotAllowed title={t('map.title')} />
  const tasks = project.data?.tasks ?? []
  const fault = state.error ?? error
  return (
    <Page
      wide
      title={t('map.title')}
      aside={
        tasks.length > 1 && task ? (
          <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={setTask} />
        ) : null
      }
    >
      {fault ? <Failed error={fault} retry={() => void state.refetch()} /> : null}
      {state.isPending && !fault ? <Waiting /> : null}
      {state.data && task && project.data ? (
        state.data.map ? (
          <>
            <Notes project={name} task={task.name} state={state.data} />
            {loaded ? <Workbench key={`${task.id}/${loaded.points.n}`} project={project.data} task={task} loaded={loaded} /> : fault ? null : <Waiting />}
          </>
        ) : (
          <Absent project={name} task={task.name} state={state.data} />
        )
      ) : null}
    </Page>
  )
}

interface WorkbenchProps {
  project: Project
  task: Task
  loaded: Loaded
}

function Workbench({ project, task, loaded }: WorkbenchProps) {
  const { points, colours, selection } = loaded
  const { can } = useSession()
  const dark = useDark()
  const [query, change] = useQueryState()
  const by = (COLOUR_BY as readonly string[]).includes(query.get('by') ?? '') ? (query.get('by') as ColourBy) : 'label'
  const version = useSyncExternalStore(selection.subscribe, selection.get)
  const shades = useMemo(() => shadesOf(colours, by, task.labels, dark), [colours, by, task.labels, dark])
  const [tool, setTool] = useState<Tool>('lasso')
  const [list, setList] = useState<readonly number[]>(() => alongTheMap(points, Array.from({ length: Math.min(points.n, FIRST_SHOWN) }, (_, k) => Math.floor((k * points.n) / Math.min(points.n, FIRST_SHOWN)))))
  const [cursor, setCursor] = useState(0)
  const stage = useRef<StageHandle>(null)
  const field = useRef<HTMLInputElement>(null)
  const show = useCallback((places: readonly number[]) => {
    setList(places)
    setCursor(0)
  }, [])
  const choose = useCallback(
    (places: ArrayLike<number>, how: 'replace' | 'add' | 'remove') => {
      selection.change(how, places)
      show(alongTheMap(points, selection.places()))
    },
    [selection, points, show],
  )
  const neighbours = async () => {
    const place = list[cursor]
    if (place === undefined) return
    try {
      const found = await api.neighbours(idAt(points, place), NEIGHBOURS, task.name)
      const places = [place, ...found.map((one) => placeOf(points, one.item)).filter((one) => one >= 0)]
      selection.change('add', places)
      show(places)
    } catch (error) {
      toastError(error)
    }
  }
  const bulk = useBulk(project.name, task, loaded, by, version)
  const search = useSearch(project.name, task.name, loaded, choose)
  const colourBy = (value: string) => change({ by: value === 'label' ? null : value })
  useKeys(mapKeys, (id) => {
    if (id === 'search') field.current?.focus()
    else if (id === 'lasso' || id === 'move') setTool(id)
    else if (id === 'neighbours') void neighbours()
    else if (id === 'colour') colourBy(COLOUR_BY[(COLOUR_BY.indexOf(by) + 1) % COLOUR_BY.length] ?? 'label')
    else if (id === 'fit') stage.current?.fit()
    else if (id === 'in' || id === 'out') stage.current?.zoom(id === 'in' ? 1.5 : 1 / 1.5)
    else if (id === 'clear') selection.clear()
    else if (id === 'undo') void bulk.undo()
  })
  return (
    <>
      <div className="map-tools" role="toolbar" aria-label={t('map.tools')}>
        <SegmentedControl
          size="xs"
          aria-label={t('map.tool')}
          value={tool}
          onChange={(value) => setTool(value as Tool)}
          data={(['lasso', 'move'] as const).map((value) => ({ value, label: <>{t(`map.tool.${value}`)} <Key k={value[0] ?? ''} /></> }))}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('map.colourBy')}
          value={by}
          onChange={colourBy}
          data={COLOUR_BY.map((value) => ({ value, label: t(`map.by.${value}`) }))}
        />
        <Button size="xs" variant="default" onClick={() => void neighbours()} rightSection={<Key k="n" />} aria-keyshortcuts="n">
          {t('map.neighbours', { n: NEIGHBOURS })}
        </Button>
        <Button size="xs" variant="default" onClick={() => stage.current?.fit()} rightSection={<Key k="f" />} aria-keyshortcuts="f">
          {t('map.fit')}
        </Button>
        {bulk.last ? (
          <Button size="xs" variant="default" onClick={() => void bulk.undo()} rightSection={<Key k="z" />} aria-keyshortcuts="z">
            {t('map.undo', { n: bulk.last.answered })}
          </Button>
        ) : null}
        <form role="search" className="map-search" onSubmit={(event) => { event.preventDefault(); void search.run(field.current?.value ?? '') }}>
          <TextInput ref={field} size="xs" type="search" aria-label={t('map.search')} placeholder={t('map.search')} rightSection={<Key k="/" />} rightSectionPointerEvents="none" />
        </form>
        {search.said ? <span className="dim small" role="status">{search.said}</span> : null}
      </div>
      <div className="map-both">
        <Stage
          project={project.name} task={task.name} labels={task.labels} loaded={loaded} shades={shades} by={by} tool={tool} dark={dark} handle={stage} choose={choose}
          pick={(place, add) => {
            if (add) selection.toggle(place)
            else selection.change('replace', [place])
            show(alongTheMap(points, selection.places()))
          }}
        />
        <div className="map-side">
          <Bar
            labels={task.labels} count={selection.count} wanted={bulk.wanted} busy={bulk.busy} may={can('label_in_bulk')}
            over={bulk.over} setOver={bulk.setOver} choose={bulk.choose} confirm={() => void bulk.confirm()} cancel={bulk.cancel} clear={() => selection.clear()}
          />
          <Tiles project={project.name} task={task.name} points={points} selection={selection} list={list} cursor={cursor} move={setCursor} version={version} />
        </div>
      </div>
    </>
  )
}

/** Asking, confirming, labelling, and one step back. */
function useBulk(project: string, task: Task, { points, colours, selection }: Loaded, by: ColourBy, version: number) {
  const client = useQueryClient()
  const [pending, setPending] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [over, setOver] = useState(false)
  const [last, setLast] = useState<{ id: string; answered: number; places: Uint32Array } | null>(null)
  const watch = useRef<Stopwatch | null>(null)
  const guided = useRef(false)
  const empty = selection.count === 0
  useEffect(() => {
    if (empty) {
      watch.current = null
      guided.current = false
      setPending(null)
    } else watch.current ??= new Stopwatch(systemClock)
    watch.current?.touch()
  }, [empty, version])
  useEffect(() => {
    guided.current ||= !empty && (by === 'predicted' || by === 'uncertainty')
  }, [by, empty, version])
  const fit = useMemo(() => {
    if (pending === null) return []
    return [...selection.places()].filter((place) => !((colours.flags[place] ?? 0) & (TEST | MINE)) && (over || !colours.label[place]))
  }, [pending, over, colours, selection, version])
  const wanted: Wanted | null = pending === null ? null : { label: pending, fit: fit.length, left: selection.count - fit.length }
  const renew = () => client.invalidateQueries({ queryKey: ['map-colours', project] })
  const confirm = async () => {
    if (pending === null || busy || fit.length === 0) return
    setBusy(true)
    try {
      const places = selection.places()
      const done = await api.labelInBulk(project, {
        task: task.name,
        id: crypto.randomUUID(),
        items: fit.map((place) => idAt(points, place)),
        value: { labels: [pending] },
        seconds: watch.current?.read() ?? 0,
        labelled: over,
        shown: guided.current,
      })
      const { skipped } = done
      const left = skipped.test + skipped.mine + skipped.labelled
      toast(left > 0 ? t('map.doneLeft', { n: done.answered, label: pending, left }) : t('map.done', { n: done.answered, label: pending }))
      setLast(done.bulk ? { id: done.bulk, answered: done.answered, places } : null)
      selection.clear()
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(false)
      setPending(null)
      void renew()
      void client.invalidateQueries({ queryKey: ['some-items', project] })
    }
  }
  const undo = async () => {
    if (!last || busy) return
    setBusy(true)
    try {
      const done = await api.undoBulk(last.id)
      toast(t('map.undone', { n: done.retracted }))
      selection.change('replace', last.places)
      setLast(null)
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(false)
      void renew()
      void client.invalidateQueries({ queryKey: ['some-items', project] })
    }
  }
  return { wanted, busy, over, setOver, last, choose: setPending, confirm, cancel: () => setPending(null), undo }
}

/** What is found joins the selection, page after page; a new search ends the one before. */
function useSearch(project: string, task: string, { points, selection }: Loaded, choose: (places: ArrayLike<number>, how: 'add') => void) {
  const [said, setSaid] = useState<string | null>(null)
  const running = useRef(0)
  useEffect(() => () => void (running.current = -1), [])
  const run = async (text: string) => {
    const mine = ++running.current
    if (!text.trim()) return setSaid(null)
    let [cursor, scanned, found] = [null as string | null, 0, 0]
    try {
      do {
        const page = await api.items(project, { search: text.trim(), task, cursor, limit: 200 })
        if (running.current !== mine) return
        const places = page.items.map((item) => placeOf(points, item.id)).filter((place) => place >= 0)
        scanned += page.scanned
        found += places.length
        if (places.length > 0) choose(places, 'add')
        cursor = page.next
        setSaid(t(cursor && found < MOST_FOUND ? 'map.searching' : 'map.found', { n: found, scanned }))
      } while (cursor && found < MOST_FOUND)
    } catch (error) {
      toastError(error)
    }
  }
  return { said: selection.count > 0 || said ? said : null, run }
}

function useDark(): boolean {
  const { colorScheme } = useColorScheme()
  const system = useSyncExternalStore(
    (tell) => {
      const media = matchMedia('(prefers-color-scheme: dark)')
      media.addEventListener('change', tell)
      return () => media.removeEventListener('change', tell)
    },
    () => matchMedia('(prefers-color-scheme: dark)').matches,
  )
  return colorScheme === 'dark' || (colorScheme === 'auto' && system)
}
