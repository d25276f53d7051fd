// What the map screen asks the server: the state, the bytes, and items a few at a time.

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../../api/client'
import { type Colours, decodeColours, decodePoints, noColours, type Points } from '../../core/map/points'
import { Selection } from '../../core/map/selection'

export const useMapState = (p: string, task: string | null) =>
  useQuery({ queryKey: ['map', p, task], queryFn: () => api.map(p, task ?? ''), enabled: task !== null })

export interface Loaded {
  points: Points
  colours: Colours
  selection: Selection
}

/** Points, their colours, and a selection for them; null while they are on the way. */
export function useLoaded(p: string, task: string | null, version: string | null): { loaded: Loaded | null; error: unknown } {
  const bytes = useQuery({
    queryKey: ['map-points', p, task, version],
    queryFn: async () => decodePoints(await api.mapPoints(p, task ?? '')),
    enabled: task !== null && version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const points = bytes.data ?? null
  const paints = useQuery({
    queryKey: ['map-colours', p, task, version],
    queryFn: async () => decodeColours(await api.mapColours(p, task ?? '')),
    enabled: points !== null,
    placeholderData: keepPreviousData,
  })
  const selection = useMemo(() => (points ? new Selection(points.n) : null), [points])
  const colours = points && paints.data?.n === points.n ? paints.data : points ? noColours(points.n) : null
  const loaded = useMemo(() => (points && selection && colours ? { points, selection, colours } : null), [points, selection, colours])
  return { loaded, error: bytes.error ?? paints.error }
}

export const useSomeItems = (p: string, task: string, ids: readonly string[]) =>
  useQuery({
    queryKey: ['some-items', p, task, ids.join(',')],
    queryFn: () => api.someItems(p, task, ids),
    enabled: ids.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
