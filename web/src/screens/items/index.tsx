// All items, a page at a time.

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { api } from '../../api/client'
import { t } from '../../i18n'
import { Button, Empty, Failed, Key, Page, SegmentedControl, Select, TextInput, Waiting } from '../../ui'
import { useProject, useTask } from '../data'
import { itemsKeys } from '../keys'
import { ExportButton } from '../parts/export'
import { imageOf } from '../parts/item-thumb'
import { useQueryState } from '../router'
import { useKeys, useSession } from '../session'
import { PickingBar, usePicking } from './picking'
import { Grid, List } from './rows'
import './items.css'

const PAGE = 60
const STATES = ['all', 'unlabelled', 'labelled', 'asked', 'test'] as const

export default function Items({ project: name }: { project: string }) {
  const { can } = useSession()
  const project = useProject(name)
  const [task, setTask] = useTask(project.data)
  const [query, change] = useQueryState()
  const filter = {
    search: query.get('search'),
    label: query.get('label'),
    state: query.get('state'),
    slice: query.get('slice'),
    cursor: query.get('cursor'),
    task: task?.name ?? null,
  }
  const items = useQuery({
    queryKey: ['items', name, filter],
    queryFn: () => api.items(name, { ...filter, limit: PAGE }),
    enabled: project.data !== undefined,
    placeholderData: keepPreviousData,
  })
  const rows = items.data?.items ?? []
  const { chosen, picking, begin, end, add } = usePicking()
  const pictures = rows.length > 0 && rows.every((row) => imageOf(row.data) !== null)
  const view = query.get('view') ?? (pictures ? 'grid' : 'list')
  const search = useRef<HTMLInputElement>(null)
  const next = items.data?.next ?? null
  // Pages come one after the other, so the way back is the browser's; it is offered only as far as it leads here.
  const [steps, setSteps] = useState(0)
  const forward = () => {
    if (!next) return
    setSteps(steps + 1)
    change({ cursor: next }, { push: true })
  }
  const back = () => {
    if (steps === 0) return
    setSteps(steps - 1)
    history.back()
  }
  const toFirst = () => {
    setSteps(0)
    change({ cursor: null }, { push: true })
  }
  useKeys(itemsKeys, (id) => {
    if (id === 'search') search.current?.focus()
    else if (id === 'next') forward()
    else back()
  })
  const refine = (values: Record<string, string | null>) => change({ ...values, cursor: null })
  const tasks = project.data?.tasks ?? []
  return (
    <Page
      wide
      title={t('items.title')}
      aside={
        <>
          {can('erase') && chosen === null ? (
            <Button size="xs" variant="default" onClick={begin}>
              {t('items.choose')}
            </Button>
          ) : null}
          {tasks.length > 0 ? <ExportButton project={name} tasks={tasks} size="xs" /> : null}
          {tasks.length > 1 && task ? (
            <SegmentedControl size="xs" aria-label={t('label.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={setTask} />
          ) : null}
          <SegmentedControl
            size="xs"
            aria-label={t('items.view')}
            value={view}
            data={[
              { value: 'grid', label: t('items.grid') },
              { value: 'list', label: t('items.list') },
            ]}
            onChange={(value) => change({ view: value })}
          />
        </>
      }
    >
      <Filter filter={filter} labels={task?.labels ?? []} slices={(project.data?.settings.slices ?? []).map((one) => one.name)} field={search} refine={refine} />
      {items.error ? <Failed error={items.error} retry={() => void items.refetch()} /> : null}
      {items.isPending && !items.error ? <Waiting /> : null}
      {items.data && rows.length === 0 ? (
        <Empty title={t('items.none')}>
          <p>{t('items.noneText')}</p>
        </Empty>
      ) : null}
      {rows.length > 0 ? (
        <div className={items.isPlaceholderData ? 'items-old' : undefined}>
          {view === 'grid' ? <Grid rows={rows} project={name} picking={picking} /> : <List rows={rows} project={name} picking={picking} />}
        </div>
      ) : null}
      {chosen ? <PickingBar project={name} chosen={chosen} page={rows.map((row) => row.id)} search={filter.search} onAdd={add} onEnd={end} /> : null}
      {items.data ? (
        <Foot shown={rows.length} forward={next ? forward : null} back={steps > 0 ? back : null} toFirst={filter.cursor ? toFirst : null} />
      ) : null}
    </Page>
  )
}

interface FilterProps {
  filter: { search: string | null; label: string | null; state: string | null; slice: string | null }
  labels: string[]
  slices: string[]
  field: RefObject<HTMLInputElement | null>
  refine(values: Record<string, string | null>): void
}

function Filter({ filter, labels, slices, field, refine }: FilterProps) {
  return (
    <div className="items-filter" role="search">
      <Search field={field} value={filter.search ?? ''} onSearch={(text) => refine({ search: text })} />
      <Select
        aria-label={t('items.state')}
        data={STATES.map((state) => ({ value: state, label: t(`items.state.${state}`) }))}
        value={filter.state ?? 'all'}
        allowDeselect={false}
        onChange={(state) => refine({ state: state === 'all' ? null : state })}
      />
      <Select
        aria-label={t('items.label')}
        placeholder={t('items.anyLabel')}
        data={labels}
        value={filter.label}
        clearable
        clearButtonProps={{ 'aria-label': t('items.anyLabel') }}
        searchable={labels.length > 10}
        onChange={(label) => refine({ label })}
      />
      {slices.length > 0 ? (
        <Select
          aria-label={t('items.slice')}
          placeholder={t('items.anySlice')}
          data={slices}
          value={filter.slice}
          clearable
          clearButtonProps={{ 'aria-label': t('items.anySlice') }}
          onChange={(slice) => refine({ slice })}
        />
      ) : null}
    </div>
  )
}

interface FootProps {
  shown: number
  /** What can be done from here; null for what cannot. */
  forward: (() => void) | null
  back: (() => void) | null
  toFirst: (() => void) | null
}

function Foot({ shown, forward, back, toFirst }: FootProps) {
  return (
    <footer className="row spread items-foot">
      <span className="dim small num">{t('items.shown', { n: shown })}</span>
      <span className="row">
        {toFirst ? (
          <Button variant="subtle" size="sm" onClick={toFirst}>
            {t('items.first')}
          </Button>
        ) : null}
        {back ? (
          <Button variant="default" size="sm" onClick={back} leftSection={<Key k="ArrowLeft" />}>
            {t('items.previous')}
          </Button>
        ) : null}
        <Button variant="default" size="sm" disabled={!forward} onClick={() => forward?.()} rightSection={<Key k="ArrowRight" />}>
          {t('items.next')}
        </Button>
      </span>
    </footer>
  )
}

interface SearchProps {
  field: RefObject<HTMLInputElement | null>
  value: string
  onSearch(text: string): void
}

const TYPING_MS = 350

function Search({ field, value, onSearch }: SearchProps) {
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => setText(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    clearTimeout(timer.current)
    onSearch(text.trim())
  }
  return (
    <form onSubmit={submit} className="grow">
      <TextInput
        ref={field}
        type="search"
        aria-label={t('items.search')}
        placeholder={t('items.search')}
        value={text}
        rightSection={<Key k="/" />}
        rightSectionPointerEvents="none"
        onChange={(event) => {
          const wanted = event.currentTarget.value
          setText(wanted)
          clearTimeout(timer.current)
          timer.current = setTimeout(() => onSearch(wanted.trim()), TYPING_MS)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
    </form>
  )
}
