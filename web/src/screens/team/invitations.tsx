// Links that let people in: made here, shown once, revoked at any time.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import { type Role, ROLES } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, NumberInput, Panel, Select, toastError, When } from '../../ui'
import { Secret } from './add'

const INVITED = ROLES.filter((role) => role !== 'owner')

export function Invitations({ project }: { project: string }) {
  const client = useQueryClient()
  const found = useQuery({ queryKey: ['invitations', project], queryFn: () => api.invitations(project) })
  const [role, setRole] = useState<Role>('annotator')
  const [uses, setUses] = useState(1)
  const [made, setMade] = useState<string | null>(null)
  const again = () => client.invalidateQueries({ queryKey: ['invitations', project] })

  const invite = async (event: FormEvent) => {
    event.preventDefault()
    try {
      setMade((await api.invite(project, { role, uses, tags: [] })).path)
      await again()
    } catch (error) {
      toastError(error)
    }
  }
  const revoke = async (id: string) => {
    await api.revoke(project, id).catch(toastError)
    await again()
  }

  return (
    <Panel title={t('invite.title')}>
      <form className="team-invite" onSubmit={(event) => void invite(event)}>
        <Select
          label={t('team.role')}
          data={INVITED.map((one) => ({ value: one, label: t(`team.role.${one}`) }))}
          value={role}
          allowDeselect={false}
          onChange={(wanted) => wanted && setRole(wanted as Role)}
        />
        <NumberInput label={t('invite.uses')} min={1} max={1000} value={uses} onChange={(n) => setUses(Number(n) || 1)} />
        <Button type="submit" variant="default">
          {t('invite.make')}
        </Button>
      </form>
      {made ? (
        <div className="stack">
          <p className="team-once">{t('invite.once')}</p>
          <Secret name={t('invite.link')} value={location.origin + made} />
        </div>
      ) : null}
      <ul className="team-links">
        {(found.data ?? []).map((one) => (
          <li key={one.id}>
            <Chip>{t(`team.role.${one.role}`)}</Chip>
            <span className="num">{t('invite.left', { n: one.uses })}</span>
            <span className="dim small">
              {t('invite.ends')} <When iso={one.expires} />
            </span>
            <Button size="xs" variant="default" onClick={() => void revoke(one.id)}>
              {t('invite.revoke')}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
