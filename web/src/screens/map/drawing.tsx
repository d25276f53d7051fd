// Before there is a map, while it is drawn, and when it has grown old.

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { MapState } from '../../api/types'
import { t } from '../../i18n'
import { Button, count, Empty, Key, Progress, toastError } from '../../ui'
import { drawKeys } from '../keys'
import { useKeys, useSession } from '../session'

interface DrawingProps {
  project: string
  task: string
  state: MapState
}

function useDraw(project: string, task: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => api.drawMap(project, task),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: ['map', project] }),
  })
}

function Draw({ project, task, words }: { project: string; task: string; words: string }) {
  const draw = useDraw(project, task)
  useKeys(drawKeys, () => draw.mutate())
  return (
    <Button size="sm" loading={draw.isPending} onClick={() => draw.mutate()} rightSection={<Key k="d" />} aria-keyshortcuts="d">
      {words}
    </Button>
  )
}

function Job({ state }: { state: MapState }) {
  if (!state.job) return null
  const { done, total, message } = state.job
  return (
    <div className="map-job" role="status">
      <span>{message || t('map.drawing')}</span>
      <Progress value={total ? (100 * done) / total : 100} animated={!total} aria-label={t('map.drawing')} />
    </div>
  )
}

export function Absent({ project, task, state }: DrawingProps) {
  const { can } = useSession()
  return (
    <Empty title={t('map.none')}>
      <p>{t('map.noneText')}</p>
      {state.job ? <Job state={state} /> : can('label_in_bulk') ? <Draw project={project} task={task} words={t('map.draw')} /> : null}
    </Empty>
  )
}

export function Notes({ project, task, state }: DrawingProps) {
  const { can } = useSession()
  const { map } = state
  if (!map) return null
  const fresh = map.now - map.of
  return (
    <div className="map-notes">
      {map.items < map.of ? <span className="dim small">{t('map.sampled', { n: count(map.items), of: count(map.of) })}</span> : null}
      {state.job ? <Job state={state} /> : null}
      {fresh > 0 && !state.job && can('label_in_bulk') ? (
        <span className="row">
          <span className="small">{t('map.fresh', { n: count(fresh) })}</span>
          <Draw project={project} task={task} words={t('map.drawNew')} />
        </span>
      ) : null}
    </div>
  )
}
