// A new person: name and role, then what is shown only once.

import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import { type Role, ROLES } from '../../api/types'
import { t } from '../../i18n'
import { Button, CheckIcon, CopyButton, CopyIcon, Select, TextInput } from '../../ui'

export interface Shown {
  name: string
  /** The one-time login address, without host. */
  path: string | null
  token: string | null
}

export function AddPerson({ onDone }: { onDone(made: Shown): void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('annotator')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    if (!wanted) {
      setProblem(t('team.nameWanted'))
      return
    }
    setBusy(true)
    try {
      const { actor, token } = await api.addActor(wanted, role)
      const { path } = await api.actorLogin(actor.id)
      await client.invalidateQueries({ queryKey: ['team'] })
      onDone({ name: actor.name, path, token })
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <TextInput label={t('team.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem} maxLength={100} data-autofocus />
      <Select
        label={t('team.role')}
        description={t(`team.roleHelp.${role}`)}
        data={ROLES.map((one) => ({ value: one, label: t(`team.role.${one}`) }))}
        value={role}
        allowDeselect={false}
        onChange={(wanted) => wanted && setRole(wanted as Role)}
      />
      <Button type="submit" loading={busy}>
        {t('team.add')}
      </Button>
    </form>
  )
}

export function Secrets({ shown }: { shown: Shown }) {
  return (
    <div className="stack">
      <p className="team-once">{t('team.tokenOnce', { name: shown.name })}</p>
      {shown.path ? <Secret name={t('team.address')} value={location.origin + shown.path} /> : null}
      {shown.token ? <Secret name={t('team.token')} value={shown.token} /> : null}
    </div>
  )
}

export function Secret({ name, value }: { name: string; value: string }) {
  return (
    <div className="team-secret">
      <TextInput label={name} value={value} readOnly onFocus={(event) => event.currentTarget.select()} />
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy} leftSection={copied ? <CheckIcon size={16} /> : <CopyIcon size={16} />}>
            {t(copied ? 'app.copied' : 'app.copy')}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
