// The labels of a task, with the keys they will have.

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Key, Panel, TagsInput, toast, toastError } from '../../ui'
import { keysFor } from '../../widgets/choice/keys'
import { appKeys, keysOf, labelKeys } from '../keys'
import { useSession } from '../session'
import { Relabel } from './relabel'

export function TaskTab({ project, task }: { project: string; task: Task }) {
  const { can } = useSession()
  const client = useQueryClient()
  const [added, setAdded] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const labels = [...task.labels, ...added]

  const save = async () => {
    setBusy(true)
    try {
      await api.addLabels(project, task.name, labels)
      toast(t('settings.labelsAdded', { n: added.length }))
      setAdded([])
      await client.invalidateQueries({ queryKey: ['project'] })
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <div className="stack">
    <Panel
      title={task.name}
      aside={
        <span className="row">
          <Chip>{t('settings.taskKind', { kind: task.kind, version: task.version })}</Chip>
          <Chip>{t(task.multi ? 'settings.multi' : 'settings.single')}</Chip>
        </span>
      }
    >
      <div className="stack">
        <h3>{t('settings.labels')}</h3>
        <Labels task={task} added={added} />
        {can('change_project') ? (
          <>
            <TagsInput label={t('settings.addLabels')} description={t('settings.addLabelsHelp')} value={added} onChange={setAdded} maxLength={200} isDuplicate={(wanted) => labels.some((label) => label.trim().toLowerCase() === wanted.trim().toLowerCase())} />
            <div>
              <Button disabled={added.length === 0} loading={busy} onClick={() => void save()}>
                {t('settings.addLabelsSave')}
              </Button>
            </div>
          </>
        ) : (
          <p className="dim">{t('settings.readonly')}</p>
        )}
      </div>
    </Panel>
    {can('change_project') ? <Relabel project={project} task={task} /> : null}
    </div>
  )
}

/** Labels with the keys that they have on the label screen. */
function Labels({ task, added }: { task: Task; added: readonly string[] }) {
  const labels = [...task.labels, ...added]
  const reserved = [...keysOf(labelKeys), ...keysOf(appKeys), ...(task.multi ? ['n'] : [])]
  const keys = keysFor(labels, reserved)
  return (
    <ul className="settings-labels">
      {labels.map((label, i) => {
        const key = keys[i]
        return (
          <li key={label} className={i >= task.labels.length ? 'settings-new' : undefined}>
            <span dir="auto">{label}</span>
            {key ? <Key k={key} /> : null}
          </li>
        )
      })}
    </ul>
  )
}
