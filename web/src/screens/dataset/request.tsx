// One merge request: what it changes, its data tests, what people say, and the decision.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { api } from '../../api/client'
import type { ProposalDetail } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Failed, Key, Panel, Select, span, Textarea, toastError, Waiting, When } from '../../ui'
import { requestKeys } from '../keys'
import { Link, useQueryState } from '../router'
import { paths } from '../routes'
import { useKeys, useSession } from '../session'
import { Changes } from './difference'
import { STATE_TONES } from './requests'
import { Tests } from './tests'

type Act = 'approve' | 'reject' | 'close'

const ACTS = requestKeys.filter((one) => one.id === 'approve' || one.id === 'reject' || one.id === 'comment')

export function ProposalInFull({ project, id }: { project: string; id: string }) {
  const found = useQuery({ queryKey: ['request', id], queryFn: () => api.request(id) })
  const words = useRef<HTMLTextAreaElement>(null)
  const [act, setAct] = useState<Act | null>(null)
  const one = found.data
  const asked = one?.state === 'open' && one.question !== null
  useKeys(one && act === null ? ACTS : null, (key) => {
    if (key === 'comment') words.current?.focus()
    else if (asked && (key === 'reject' ? one.may_decide : one.may_approve)) setAct(key as Act)
  })
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />
  if (!one) return <Waiting />
  return (
    <div className="stack">
      <Panel title={one.title} aside={<Chip tone={STATE_TONES[one.state]}>{t(`request.state.${one.state}`)}</Chip>}>
        <Facts project={project} one={one} />
        {one.conflicts.length > 0 ? <Conflicts project={project} one={one} /> : null}
        <Decision one={one} act={act} setAct={setAct} />
      </Panel>
      <Changes project={project} title={t('request.change')} change={one.change} />
      <Panel title={t('request.tests')} aside={<Again one={one} />}>
        <Tests project={project} results={one.results} />
        {one.into ? <p className="dim small">{t('request.testedInto', { into: one.into })}</p> : null}
      </Panel>
      <Discussion project={project} one={one} words={words} />
    </div>
  )
}

function Facts({ project, one }: { project: string; one: ProposalDetail }) {
  const waits = one.state === 'open' || one.state === 'approved'
  const seconds = Math.max(0, (Date.parse(one.expires) - Date.now()) / 1000)
  return (
    <div className="stack request-facts">
      <p className="row">
        <code>{one.id}</code> {t('request.path', { source: one.source, target: one.target })} <code>{one.head}</code>
        <Chip tone="hollow">{t(`request.kind.${one.kind}`)}</Chip>
        {one.auto ? <span className="dim small">{t('request.auto')}</span> : null}
      </p>
      <p className="dim small">
        {one.author.name}, <When iso={one.created} />
      </p>
      {one.failing.length > 0 && waits ? <p className="request-held">{t('request.heldUp', { what: one.failing.join(', ') })}</p> : null}
      {waits && !one.into && one.unsettled === 0 ? <p className="dim">{t('request.testing')}</p> : null}
      {waits && !one.auto ? (
        <p className="num">
          {t('request.approvals', { n: one.approvals, needs: one.needs })}. <span className="dim">{t('request.expires', { span: span(seconds) })}</span>
        </p>
      ) : null}
      {one.verdicts.map((said) => (
        <p key={said.actor.id}>
          <strong>{said.actor.name}</strong> {t(`request.would.${said.decision}`)}, <When iso={said.at} />: <q dir="auto">{said.reason}</q>
        </p>
      ))}
      {one.ended && one.verdicts.length === 0 && one.reason ? (
        <p>
          {one.by ? <strong>{one.by.name}: </strong> : null}
          <q dir="auto">{one.reason}</q>
        </p>
      ) : null}
      {one.overridden ? <Chip tone="bad">{t('request.overridden')}</Chip> : null}
      {one.merge ? <Link to={`${paths.dataset(project)}?version=${one.merge}`}>{t('request.merge', { commit: one.merge })}</Link> : null}
    </div>
  )
}

function Conflicts({ project, one }: { project: string; one: ProposalDetail }) {
  return (
    <>
      <h3>{t('request.conflicts', { n: one.conflicts.length })}</h3>
      <ul className="dataset-conflicts">
        {one.conflicts.map(({ item, question }) => (
          <li key={item}>
            <Link to={paths.item(project, item)}>{item}</Link>
            {question ? <Link to={paths.decision(project, question)}>{t('request.settle')}</Link> : null}
          </li>
        ))}
      </ul>
    </>
  )
}

/** Whatever was done, lists and versions may be others now. */
function useRefresh() {
  const client = useQueryClient()
  return async () => {
    for (const key of ['request', 'requests', 'commits', 'commit', 'branches', 'decisions']) await client.invalidateQueries({ queryKey: [key] })
  }
}

function Decision({ one, act, setAct }: { one: ProposalDetail; act: Act | null; setAct(act: Act | null): void }) {
  const { me, can } = useSession()
  const refresh = useRefresh()
  const [reason, setReason] = useState('')
  if (one.state !== 'open' && one.state !== 'approved') return null
  const asked = one.state === 'open' && one.question !== null
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (!act || !reason.trim()) return
    try {
      if (act === 'close') await api.closeRequest(one.id, reason.trim())
      else await api.decideRequest(one.id, act, reason.trim())
      setAct(null)
      setReason('')
      await refresh()
    } catch (error) {
      toastError(error)
    }
  }
  if (act) {
    return (
      <form className="stack" onSubmit={(event) => void send(event)}>
        <Textarea label={t('request.why')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} maxLength={20_000} autoFocus />
        <div className="row">
          <Button type="submit" color={act === 'reject' ? 'red' : undefined} disabled={!reason.trim()}>
            {t(`request.${act}`)}
          </Button>
          <Button variant="default" onClick={() => setAct(null)}>
            {t('app.cancel')}
          </Button>
        </div>
      </form>
    )
  }
  return (
    <>
      {asked && one.may_decide && !one.may_approve ? <p className="dim small">{t('request.own')}</p> : null}
      <div className="row">
        {asked && one.may_approve ? (
          <Button onClick={() => setAct('approve')} rightSection={<Key k="a" />} aria-keyshortcuts="a">
            {t('request.approve')}
          </Button>
        ) : null}
        {asked && one.may_decide ? (
          <Button variant="default" onClick={() => setAct('reject')} rightSection={<Key k="x" />} aria-keyshortcuts="x">
            {t('request.reject')}
          </Button>
        ) : null}
        {one.author.id === me.id || can('answer_decide') ? (
          <Button variant="subtle" onClick={() => setAct('close')}>
            {t('request.close')}
          </Button>
        ) : null}
      </div>
    </>
  )
}

function Again({ one }: { one: ProposalDetail }) {
  const refresh = useRefresh()
  if (one.ended) return null
  const test = async () => {
    try {
      await api.testRequest(one.id)
      await refresh()
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <Button size="xs" variant="default" onClick={() => void test()}>
      {t('request.again')}
    </Button>
  )
}

interface DiscussionProps {
  project: string
  one: ProposalDetail
  words: React.RefObject<HTMLTextAreaElement | null>
}

function Discussion({ project, one, words }: DiscussionProps) {
  const refresh = useRefresh()
  const [text, setText] = useState('')
  const [item, setItem] = useState<string | null>(null)
  const [, change] = useQueryState()
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (!text.trim()) return
    try {
      await api.commentRequest(one.id, text.trim(), item)
      setText('')
      setItem(null)
      change({ request: one.id })
      await refresh()
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <Panel title={t('request.discussion')}>
      {one.discussion.length === 0 ? <p className="dim">{t('request.noComments')}</p> : null}
      <ol className="request-said">
        {one.discussion.map((said) => (
          <li key={said.id}>
            <p className="dim small">
              <strong>{said.author.name}</strong>, <When iso={said.created} />
              {said.item ? (
                <>
                  {' '}
                  {t('request.about')} <Link to={paths.item(project, said.item)}>{said.item}</Link>
                </>
              ) : null}
            </p>
            <p dir="auto">{said.text}</p>
          </li>
        ))}
      </ol>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <Textarea ref={words} label={t('request.words')} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={2} maxLength={20_000} aria-keyshortcuts="c" />
        <div className="row">
          <Select
            aria-label={t('request.row')}
            placeholder={t('request.whole')}
            data={one.change.changes.map((row) => row.item)}
            value={item}
            onChange={setItem}
            clearable
            searchable
            size="sm"
          />
          <Button type="submit" variant="default" disabled={!text.trim()} rightSection={<Key k="c" />}>
            {t('request.say')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
