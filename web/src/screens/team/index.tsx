// Who takes part, and how they are doing.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import { type Actor, type Role, ROLES } from '../../api/types'
import { t } from '../../i18n'
import { ActionIcon, Button, Chip, count, Failed, Menu, Modal, MoreIcon, Page, Panel, PlusIcon, Select, toastError, Waiting, When } from '../../ui'
import { NotAllowed } from '../parts/not-allowed'
import { useSession } from '../session'
import { AddPerson, Secrets, type Shown } from './add'
import './team.css'

export default function Team() {
  const { can } = useSession()
  const actors = useQuery({ queryKey: ['actors'], queryFn: () => api.actors(), enabled: can('read_people') })
  const [adding, setAdding] = useState(false)
  const [shown, setShown] = useState<Shown | null>(null)
  const owner = can('manage_people')
  const rows = actors.data?.actors ?? []
  if (!can('read_people')) return <NotAllowed title={t('team.title')} />
  return (
    <Page
      title={t('team.title')}
      aside={
        owner ? (
          <Button leftSection={<PlusIcon size={16} />} onClick={() => setAdding(true)}>
            {t('team.add')}
          </Button>
        ) : null
      }
    >
      {actors.error ? <Failed error={actors.error} retry={() => void actors.refetch()} /> : null}
      {actors.isPending ? <Waiting /> : null}
      {rows.length > 0 ? <People rows={rows} onShow={setShown} /> : null}
      <Modal opened={adding} onClose={() => setAdding(false)} title={t('team.addTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <AddPerson
          onDone={(made) => {
            setAdding(false)
            setShown(made)
          }}
        />
      </Modal>
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={shown ? t('team.addDone', { name: shown.name }) : ''}
        closeButtonProps={{ 'aria-label': t('app.close') }}
        closeOnClickOutside={false}
      >
        {shown ? <Secrets shown={shown} /> : null}
      </Modal>
    </Page>
  )
}

function People({ rows, onShow }: { rows: readonly Actor[]; onShow(shown: Shown): void }) {
  const owner = useSession().can('manage_people')
  return (
    <Panel>
      <div className="table-box team-table" tabIndex={0} role="region" aria-label={t('team.title')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('team.name')}</th>
              <th scope="col">{t('team.role')}</th>
              <th scope="col">{t('team.state')}</th>
              <th scope="col" className="num">{t('team.answers')}</th>
              <th scope="col" className="num">{t('team.pace')}</th>
              <th scope="col">{t('team.seen')}</th>
              {owner ? <td /> : null}
            </tr>
          </thead>
          <tbody>
            {rows.map((actor) => (
              <Row key={actor.id} actor={actor} onShow={onShow} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function Row({ actor, onShow }: { actor: Actor; onShow(shown: Shown): void }) {
  const { me, can } = useSession()
  const client = useQueryClient()
  const owner = can('manage_people')
  const self = actor.id === me.id
  const change = async (wanted: { role?: Role; state?: Actor['state'] }) => {
    await api.changeActor(actor.id, wanted).catch(toastError)
    await client.invalidateQueries({ queryKey: ['actors'] })
  }
  const role = t(`team.role.${actor.role}`)
  return (
    <tr className={actor.state === 'removed' ? 'team-removed' : undefined}>
      <th scope="row">
        <span className="team-name">
          <span className={`team-face team-${actor.kind}`} aria-hidden="true">
            {actor.name.slice(0, 1).toUpperCase()}
          </span>
          <span>
            {actor.name} {self ? <span className="dim">({t('team.you')})</span> : null}
            {actor.kind !== 'person' ? <span className="dim small"> {t(`team.kind.${actor.kind}`)}</span> : null}
          </span>
        </span>
      </th>
      <td>
        {owner && !self && actor.kind === 'person' && actor.state !== 'removed' ? (
          <Select
            size="xs"
            aria-label={`${t('team.role')}: ${actor.name}`}
            data={ROLES.map((one) => ({ value: one, label: t(`team.role.${one}`) }))}
            value={actor.role}
            allowDeselect={false}
            onChange={(wanted) => wanted && void change({ role: wanted as Role })}
          />
        ) : (
          role
        )}
      </td>
      <td>
        <Chip tone={actor.state === 'active' ? 'good' : 'plain'}>{t(`team.state.${actor.state}`)}</Chip>
      </td>
      <td className="num">{count(actor.answers)}</td>
      <td className="num">{actor.median_seconds === null ? '–' : t('team.seconds', { seconds: actor.median_seconds.toFixed(1) })}</td>
      <td>
        <When iso={actor.last_seen} />
      </td>
      {owner ? <td>{!self && actor.kind === 'person' && actor.state !== 'removed' ? <RowMenu actor={actor} change={change} onShow={onShow} /> : null}</td> : null}
    </tr>
  )
}

interface RowMenuProps {
  actor: Actor
  change(wanted: { state: Actor['state'] }): Promise<void>
  onShow(shown: Shown): void
}

function RowMenu({ actor, change, onShow }: RowMenuProps) {
  const login = async () => {
    const { path } = await api.actorLogin(actor.id)
    onShow({ name: actor.name, path, token: null })
  }
  const token = async () => {
    const made = await api.actorToken(actor.id)
    onShow({ name: actor.name, path: null, token: made.token })
  }
  const remove = () => {
    if (confirm(t('team.removeSure', { name: actor.name }))) void change({ state: 'removed' })
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('team.actions', { name: actor.name })}>
          <MoreIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void login().catch(toastError)}>{t('team.newLogin')}</Menu.Item>
        <Menu.Item onClick={() => void token().catch(toastError)}>{t('team.newToken')}</Menu.Item>
        <Menu.Divider />
        {actor.state === 'active' ? (
          <Menu.Item onClick={() => void change({ state: 'paused' })}>{t('team.pause')}</Menu.Item>
        ) : (
          <Menu.Item onClick={() => void change({ state: 'active' })}>{t('team.resume')}</Menu.Item>
        )}
        <Menu.Item color="red" onClick={remove}>
          {t('team.remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
