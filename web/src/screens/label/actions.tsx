// What else one can do with a question than answer it; every control shows its key.

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { t } from '../../i18n'
import { Button, Key, TextInput } from '../../ui'
import { labelKeys } from '../keys'

interface ActionsProps {
  act(id: string): void
  canUndo: boolean
  flagging: boolean
  panelShown: boolean
  onFlag(note: string): void
  onFlagCancel(): void
}

export function Actions({ act, canUndo, flagging, panelShown, onFlag, onFlagCancel }: ActionsProps) {
  if (flagging) return <FlagForm onFlag={onFlag} onCancel={onFlagCancel} />
  return (
    <div className="desk-actions">
      {labelKeys.map(({ id, keys, title }) => (
        <button
          key={id}
          type="button"
          className={`desk-action desk-action-${id}`}
          disabled={id === 'undo' && !canUndo}
          aria-keyshortcuts={keys[0]}
          aria-expanded={id === 'guidelines' ? panelShown : undefined}
          onClick={(event) => {
            if (event.detail > 0) event.currentTarget.blur()
            act(id)
          }}
        >
          {title}
          <Key k={keys[0] ?? ''} />
        </button>
      ))}
    </div>
  )
}

function FlagForm({ onFlag, onCancel }: { onFlag(note: string): void; onCancel(): void }) {
  const [note, setNote] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onFlag(note.trim())
  }
  return (
    <form className="desk-flag" onSubmit={submit}>
      <TextInput
        ref={field}
        label={t('label.flagTitle')}
        description={t('label.flagHelp')}
        value={note}
        maxLength={2000}
        onChange={(event) => setNote(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel()
        }}
      />
      <div className="row">
        <Button type="submit" rightSection={<Key k="Enter" />}>
          {t('label.flagSend')}
        </Button>
        <Button variant="default" onClick={onCancel} rightSection={<Key k="Escape" />}>
          {t('app.cancel')}
        </Button>
      </div>
    </form>
  )
}
