// Nothing in hand: loading, out of questions, or out of reach.

import { useState } from 'react'
import { api } from '../../api/client'
import type { Project, Task } from '../../api/types'
import type { QueueState } from '../../core/queue'
import { t } from '../../i18n'
import { Button, Empty, Key, toast, toastError, Waiting } from '../../ui'
import { labelKeys } from '../keys'
import { Link } from '../router'
import { paths } from '../routes'
import { useKeys, useSession } from '../session'

interface EmptyProps {
  project: Project
  task: Task | null
  state: QueueState
  today: number
  retry(): void
  onUndo(): void
}

const undoKey = labelKeys.filter((binding) => binding.id === 'undo')

export function EmptyDesk({ project, task, state, today, retry, onUndo }: EmptyProps) {
  const { can } = useSession()
  const [asking, setAsking] = useState(false)
  useKeys(state.done.length > 0 ? undoKey : null, onUndo)
  if (state.status === 'loading') return <div className="desk-main"><Waiting what={t('label.fetching')} /></div>

  const n = project.settings?.batch ?? 20
  const ask = async () => {
    if (!task) return
    setAsking(true)
    try {
      const asked = await api.ask(project.name, task.name, n)
      toast(t('label.asked', { n: asked.questions }))
      retry()
    } catch (error) {
      toastError(error)
    } finally {
      setAsking(false)
    }
  }

  return (
    <div className="desk-main">
      <Empty title={t(state.status === 'unreachable' ? 'label.unreachable' : 'label.empty')}>
        {state.status === 'unreachable' ? <p>{state.problem?.message}</p> : <p>{t('label.emptyText')}</p>}
        {today > 0 ? <p>{t('label.emptyDone', { n: today })}</p> : null}
        <div className="row">
          {state.status === 'unreachable' ? <Button onClick={retry}>{t('app.retry')}</Button> : null}
          {can('ask') && state.status === 'empty' && task ? (
            <Button onClick={() => void ask()} loading={asking}>
              {t('label.askMore', { n })}
            </Button>
          ) : null}
          {state.done.length > 0 ? (
            <Button variant="default" onClick={onUndo} rightSection={<Key k="z" />}>
              {t('label.undo')}
            </Button>
          ) : null}
        </div>
        <Link to={paths.home(project.name)}>{t('app.goHome')}</Link>
      </Empty>
    </div>
  )
}
