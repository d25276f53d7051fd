// What screens ask the server, by name; live events make the names old (core/live.ts).

import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Project, Task } from '../api/types'
import { useQueryState } from './router'

export const useProjects = () => useQuery({ queryKey: ['projects'], queryFn: api.projects })

export const useProject = (p: string) => useQuery({ queryKey: ['project', p], queryFn: () => api.project(p) })

export const useOverview = (p: string, task: string | null, enabled = true) =>
  useQuery({ queryKey: ['overview', p, task], queryFn: () => api.overview(p, task), enabled })

/** The task that the address names, or the first of the project; null only where there is none. */
export function useTask(project: Project | undefined): [Task | null, (name: string) => void] {
  const [query, change] = useQueryState()
  const wanted = query.get('task')
  const task = project?.tasks.find((one) => one.name === wanted) ?? project?.tasks[0] ?? null
  return [task, (name) => change({ task: name === project?.tasks[0]?.name ? null : name })]
}

/** The task as the overview wants it: null for the first one, so that all screens share one cached answer. */
export const besides = (project: Project | undefined, task: Task | null): string | null =>
  task === null || task.id === project?.tasks[0]?.id ? null : task.name
