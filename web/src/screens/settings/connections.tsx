// What lies outside: addresses that are told what happens, and services of people that answer.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { connections, type Webhook, WEBHOOK_KINDS, type WebhookKind, type Workforce } from '../../api/connections'
import { t } from '../../i18n'
import { Button, Chip, Failed, Panel, Switch, TextInput, toast, toastError, Waiting, When } from '../../ui'
import { useSession } from '../session'
import { Secret } from '../team/add'

export function ConnectionsTab({ project }: { project: string }) {
  const { can } = useSession()
  return (
    <div className="stack">
      {can('manage_webhooks') ? <Webhooks project={project} /> : null}
      {can('manage_workforces') ? <Workforces project={project} /> : null}
    </div>
  )
}

function Webhooks({ project }: { project: string }) {
  const client = useQueryClient()
  const found = useQuery({ queryKey: ['webhooks', project], queryFn: () => connections.webhooks(project), refetchInterval: 15_000 })
  const again = () => client.invalidateQueries({ queryKey: ['webhooks', project] })
  return (
    <Panel title={t('hooks.title')}>
      <p className="dim">{t('hooks.text')}</p>
      <NewWebhookForm project={project} onMade={() => void again()} />
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {!found.data && !found.error ? <Waiting /> : null}
      {found.data?.length === 0 ? <p className="dim">{t('hooks.none')}</p> : null}
      <ul className="settings-links">
        {(found.data ?? []).map((one) => (
          <Line key={one.id} project={project} hook={one} onChange={() => void again()} />
        ))}
      </ul>
    </Panel>
  )
}

function NewWebhookForm({ project, onMade }: { project: string; onMade(): void }) {
  const [address, setAddress] = useState('')
  const [kinds, setKinds] = useState<WebhookKind[]>([...WEBHOOK_KINDS])
  const [secret, setSecret] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  const add = async (event: FormEvent) => {
    event.preventDefault()
    try {
      setSecret((await connections.addWebhook(project, address.trim(), kinds)).secret)
      setAddress('')
      setProblem(null)
      onMade()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <form className="stack" onSubmit={(event) => void add(event)}>
      <TextInput
        label={t('hooks.address')}
        placeholder="https://example.org/handloom"
        value={address}
        error={problem}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <div className="settings-kinds" role="group" aria-label={t('hooks.kinds')}>
        {WEBHOOK_KINDS.map((kind) => (
          <Switch
            key={kind}
            label={t(`hooks.${kind}`)}
            checked={kinds.includes(kind)}
            onChange={(event) => setKinds(event.currentTarget.checked ? [...kinds, kind] : kinds.filter((one) => one !== kind))}
          />
        ))}
      </div>
      <div>
        <Button type="submit" disabled={!address.trim() || kinds.length === 0}>
          {t('hooks.add')}
        </Button>
      </div>
      {secret ? (
        <div className="stack">
          <p className="settings-once">{t('hooks.once')}</p>
          <Secret name={t('hooks.secret')} value={secret} />
        </div>
      ) : null}
    </form>
  )
}

const TONE = { active: 'good', paused: 'plain', dead: 'bad' } as const

function Line({ project, hook, onChange }: { project: string; hook: Webhook; onChange(): void }) {
  const act = async (job: Promise<unknown>) => {
    await job.catch(toastError)
    onChange()
  }
  const test = async () => {
    const said = await connections.testWebhook(project, hook.id)
    toast(said.ok ? t('hooks.taken') : t('hooks.notTaken', { why: said.error ?? '' }))
  }
  const remove = async () => {
    if (confirm(t('hooks.removeSure', { address: hook.address }))) await connections.removeWebhook(project, hook.id)
  }
  return (
    <li>
      <div className="settings-line">
        <Chip tone={TONE[hook.state]}>{t(`hooks.state.${hook.state}`)}</Chip>
        <code className="settings-address">{hook.address}</code>
        <span className="num dim small">{t('hooks.delivered', { n: hook.delivered })}</span>
      </div>
      <p className="dim small">{hook.kinds.map((kind) => t(`hooks.${kind as WebhookKind}`)).join(' · ')}</p>
      {hook.error ? (
        <p className="settings-problem small">
          {t('hooks.tries', { n: hook.tries, why: hook.error })} {hook.next_try ? <When iso={hook.next_try} /> : null}
        </p>
      ) : null}
      <div className="row">
        <Button size="xs" variant="default" aria-label={`${t('hooks.test')} ${hook.address}`} onClick={() => void act(test())}>
          {t('hooks.test')}
        </Button>
        <Button size="xs" variant="default" aria-label={`${t(hook.state === 'active' ? 'hooks.pause' : 'hooks.resume')} ${hook.address}`} onClick={() => void act(connections.changeWebhook(project, hook.id, hook.state === 'active' ? 'paused' : 'active'))}>
          {t(hook.state === 'active' ? 'hooks.pause' : 'hooks.resume')}
        </Button>
        <Button size="xs" variant="default" aria-label={`${t('hooks.remove')} ${hook.address}`} onClick={() => void act(remove())}>
          {t('hooks.remove')}
        </Button>
      </div>
    </li>
  )
}

function Workforces({ project }: { project: string }) {
  const client = useQueryClient()
  const found = useQuery({ queryKey: ['workforces', project], queryFn: () => connections.workforces(project), refetchInterval: 15_000 })
  const change = async (one: Workforce) => {
    await connections.changeWorkforce(project, one.name, one.state === 'active' ? 'paused' : 'active').catch(toastError)
    await client.invalidateQueries({ queryKey: ['workforces', project] })
  }
  return (
    <Panel title={t('crowds.title')}>
      <p className="dim">{t('crowds.text')}</p>
      {found.data?.length === 0 ? <p className="dim">{t('crowds.none')}</p> : null}
      <ul className="settings-links">
        {(found.data ?? []).map((one) => (
          <li key={one.name}>
            <div className="settings-line">
              <Chip tone={TONE[one.state]}>{t(`hooks.state.${one.state}`)}</Chip>
              <strong>{one.name}</strong>
              <code className="settings-address">{one.address}</code>
            </div>
            <p className="num small">{t('crowds.counts', { out: one.out, answered: one.answered, back: one.given_back, people: one.people })}</p>
            {one.error ? <p className="settings-problem small">{t('hooks.tries', { n: one.failures, why: one.error })}</p> : null}
            <div className="row">
              <Button size="xs" variant="default" onClick={() => void change(one)}>
                {t(one.state === 'active' ? 'crowds.pause' : 'hooks.resume')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
