// Who takes part, and how they are doing.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import { type Actor, type Member, type Role, ROLES } from '../../api/types'
import { t } from '../../i18n'
import { ActionIcon, Button, Chip, count, Failed, Interval, Menu, Modal, MoreIcon, Page, Panel, PlusIcon, Select, span, toastError, Waiting, When } from '../../ui'
import { useProject, useTask } from '../data'
import { NotAllowed } from '../parts/not-allowed'
import { useSession } from '../session'
import { AddPerson, Secrets, type Shown } from './add'
import { Between } from './between'
import { Invitations } from './invitations'
import { Skills } from './skills'
import './team.css'

export default function Team({ project }: { project: string }) {
  const { can } = useSession()
  const found = useProject(project)
  const [task] = useTask(found.data)
  const team = useQuery({
    queryKey: ['team', project, task?.name],
    queryFn: () => api.team(project, task?.name ?? null),
    enabled: can('read_people') && found.data !== undefined,
  })
  const [adding, setAdding] = useState(false)
  const [shown, setShown] = useState<Shown | null>(null)
  const owner = can('manage_people')
  const rows = team.data?.members ?? []
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
      {team.error ? <Failed error={team.error} retry={() => void team.refetch()} /> : null}
      {team.isPending ? <Waiting /> : null}
      {rows.length > 0 ? <People rows={rows} project={project} onShow={setShown} /> : null}
      <Skills rows={rows} />
      <Between project={project} task={task?.name ?? null} />
      {owner ? <Invitations project={project} /> : null}
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

interface PeopleProps {
  rows: readonly Member[]
  project: string
  onShow(shown: Shown): void
}

function People({ rows, project, onShow }: PeopleProps) {
  const owner = useSession().can('manage_people')
  return (
    <Panel>
      <div className="table-box team-table" tabIndex={0} role="region" aria-label={t('team.title')}>
        <table className="table table-stack">
          <thead>
            <tr>
              <th scope="col">{t('team.name')}</th>
              <th scope="col">{t('team.role')}</th>
              <th scope="col">{t('team.state')}</th>
              <th scope="col">{t('team.skill')}</th>
              <th scope="col" className="num">{t('team.answers')}</th>
              <th scope="col" className="num">{t('team.week')}</th>
              <th scope="col" className="num">{t('team.held')}</th>
              {owner ? <td /> : null}
            </tr>
          </thead>
          <tbody>
            {rows.map((member) => (
              <Row key={member.id} member={member} project={project} onShow={onShow} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="dim small team-how">{t('team.skillHelp')}</p>
    </Panel>
  )
}

function Row({ member, project, onShow }: { member: Member; project: string; onShow(shown: Shown): void }) {
  const { me, can } = useSession()
  const client = useQueryClient()
  const owner = can('manage_people')
  const self = member.id === me.id
  const change = async (wanted: { role?: Role; state?: Actor['state'] }) => {
    await api.changeMember(project, member.id, wanted).catch(toastError)
    await client.invalidateQueries({ queryKey: ['team', project] })
  }
  const changes = owner && !self && member.kind === 'person'
  return (
    <tr className={member.state === 'removed' ? 'team-removed' : undefined}>
      <th scope="row">
        <span className="team-name">
          <span className={`team-face team-${member.kind}`} aria-hidden="true">
            {member.name.slice(0, 1).toUpperCase()}
          </span>
          <span>
            {member.name} {self ? <span className="dim">({t('team.you')})</span> : null}
            {member.kind !== 'person' ? <span className="dim small"> {t(`team.kind.${member.kind}`)}</span> : null}
            {member.tags.map((tag) => (
              <Chip key={tag}>{tag}</Chip>
            ))}
          </span>
        </span>
      </th>
      <td data-title={t('team.role')}>
        {changes && member.state !== 'removed' ? (
          <Select
            size="xs"
            aria-label={`${t('team.role')}: ${member.name}`}
            data={ROLES.map((one) => ({ value: one, label: t(`team.role.${one}`) }))}
            value={member.role}
            allowDeselect={false}
            onChange={(wanted) => wanted && void change({ role: wanted as Role })}
          />
        ) : (
          t(`team.role.${member.role}`)
        )}
      </td>
      <td data-title={t('team.state')}>
        <span>
          <Chip tone={member.state === 'active' ? 'good' : member.state === 'paused' ? 'suggest' : 'plain'}>{t(`team.state.${member.state}`)}</Chip>
          <span className="team-seen dim small">
            {member.last_seen === null ? t('team.neverSeen') : t('team.seen')} {member.last_seen === null ? null : <When iso={member.last_seen} />}
          </span>
          {member.state !== 'active' && member.reason ? <span className="team-reason small dim">{member.reason}</span> : null}
        </span>
      </td>
      <td data-title={t('team.skill')}>
        {member.skill ? <Interval {...member.skill.accuracy} /> : <span className="dim">–</span>}
      </td>
      <td className="num" data-title={t('team.answers')}>
        <span>
          {count(member.answers)}
          {member.median_seconds === null ? null : <span className="team-pace dim small">{t('team.pace', { seconds: member.median_seconds.toFixed(1) })}</span>}
        </span>
      </td>
      <td className="num" data-title={t('team.week')}>{member.load ? t('team.weekLoad', { n: count(member.load.recent.answers), time: span(member.load.recent.seconds) }) : '–'}</td>
      <td className="num" data-title={t('team.held')}>{count(member.held)}</td>
      {owner ? <td>{changes ? <RowMenu actor={member} change={change} onShow={onShow} /> : null}</td> : null}
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
