// Changes of settings that are not saved yet, and the bar that saves them.

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Project, Settings } from '../../api/types'
import { t } from '../../i18n'
import { Button, toast, toastError } from '../../ui'
import { useSession } from '../session'

export function useDraft(project: Project) {
  const { can } = useSession()
  const client = useQueryClient()
  const [draft, setDraft] = useState<Partial<Settings>>({})
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const changed = (Object.keys(draft) as (keyof Settings)[]).filter((name) => JSON.stringify(draft[name]) !== JSON.stringify(project.settings[name]))
  const set = (change: Partial<Settings>) => {
    setProblem(null)
    setDraft((before) => ({ ...before, ...change }))
  }
  const save = async () => {
    setBusy(true)
    try {
      await api.changeSettings(project.name, Object.fromEntries(changed.map((name) => [name, draft[name]])))
      await client.invalidateQueries({ queryKey: ['project'] })
      setDraft({})
      toast(t('settings.saved'))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      toastError(error)
    } finally {
      setBusy(false)
    }
  }
  const values: Settings = { ...project.settings, ...draft }
  return { values, set, save, reset: () => setDraft({}), n: changed.length, problem, busy, may: can('change_project') }
}

export type Draft = ReturnType<typeof useDraft>

/** Stands at the edge as long as something is not saved. */
export function SaveBar({ draft: { n, problem, busy, may, save, reset } }: { draft: Draft }) {
  if (!may || n === 0) return null
  return (
    <div className="settings-save" role="region" aria-label={t('app.save')}>
      <span className="grow">{problem ? <span className="settings-problem">{problem}</span> : t('settings.changed', { n })}</span>
      <Button variant="default" onClick={reset}>
        {t('settings.reset')}
      </Button>
      <Button loading={busy} onClick={() => void save()}>
        {t('app.save')}
      </Button>
    </div>
  )
}
