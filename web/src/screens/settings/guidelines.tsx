// Guidelines are versions: writing makes a new one, none is ever changed.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Guideline, Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Failed, Panel, Prose, Textarea, toast, toastError, Waiting } from '../../ui'
import { useSession } from '../session'

export function GuidelinesTab({ project, task }: { project: string; task: Task }) {
  const { can } = useSession()
  const client = useQueryClient()
  const versions = useQuery({ queryKey: ['guidelines', project, task.name], queryFn: () => api.guidelines(project, task.name) })
  const newest = versions.data?.guidelines[0] ?? null
  const [text, setText] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const current = text ?? newest?.text ?? task.guidelines?.text ?? ''
  const next = (newest?.version ?? task.guidelines?.version ?? 0) + 1
  const may = can('write_guidelines')

  const save = async () => {
    setBusy(true)
    try {
      const made = await api.writeGuidelines(project, task.name, current)
      toast(t('settings.guidelinesSaved', { version: made.version }))
      setText(null)
      await client.invalidateQueries({ queryKey: ['guidelines'] })
      await client.invalidateQueries({ queryKey: ['project'] })
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(false)
    }
  }

  if (versions.error) return <Failed error={versions.error} retry={() => void versions.refetch()} />
  if (!versions.data) return <Waiting />
  return (
    <div className="settings-two">
      <Panel title={t('settings.tab.guidelines')}>
        {may ? (
          <Editor text={current} unchanged={text === null || text === newest?.text} next={next} busy={busy} onText={setText} onSave={() => void save()} />
        ) : (
          <Prose text={current} />
        )}
      </Panel>
      <div className="stack">
        {may ? (
          <Panel title={t('settings.preview')}>{current.trim() ? <Prose text={current} /> : <p className="dim">{t('label.guidelinesNone')}</p>}</Panel>
        ) : null}
        <Panel title={t('settings.history')}>
          <ol className="settings-versions">
            {versions.data.guidelines.map((one) => (
              <Version key={one.id} guideline={one} newest={one === newest} onRestore={may ? () => setText(one.text) : null} />
            ))}
          </ol>
          {newest === null ? <p className="dim">{t('label.guidelinesNone')}</p> : null}
        </Panel>
      </div>
    </div>
  )
}

interface EditorProps {
  text: string
  unchanged: boolean
  next: number
  busy: boolean
  onText(text: string): void
  onSave(): void
}

function Editor({ text, unchanged, next, busy, onText, onSave }: EditorProps) {
  return (
    <div className="stack">
      <Textarea
        label={t('settings.guidelinesText')}
        description={t('settings.guidelinesHelp')}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        autosize
        minRows={10}
        maxRows={28}
      />
      <div>
        <Button disabled={unchanged || !text.trim()} loading={busy} onClick={onSave}>
          {t('settings.guidelinesSave', { version: next })}
        </Button>
      </div>
    </div>
  )
}

function Version({ guideline, newest, onRestore }: { guideline: Guideline; newest: boolean; onRestore: (() => void) | null }) {
  const who = typeof guideline.actor === 'string' ? guideline.actor : (guideline.actor?.name ?? '')
  return (
    <li>
      <details>
        <summary>
          <strong>{t('settings.version', { version: guideline.version })}</strong> {newest ? <Chip tone="good">{t('settings.inForce')}</Chip> : null}
          <span className="dim small">{t('settings.byWhen', { who, when: new Date(guideline.created).toLocaleString() })}</span>
        </summary>
        <div className="settings-old">
          <Prose text={guideline.text} level={4} />
          {onRestore && !newest ? (
            <Button size="compact-sm" variant="default" onClick={onRestore}>
              {t('settings.restore')}
            </Button>
          ) : null}
        </div>
      </details>
    </li>
  )
}
