// The inbox of decisions: what waits, the evidence, and what was decided before.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import { api } from '../../api/client'
import type { Decision } from '../../api/types'
import { uuid } from '../../core/clock'
import { t } from '../../i18n'
import { BackIcon, Chip, DecideIcon, Empty, Failed, Page, SegmentedControl, span, toast, toastError, Waiting, When } from '../../ui'
import { appKeys, decideKeys, goKeys, keysOf } from '../keys'
import { noMedia, WidgetHost } from '../label/widget-host'
import { NotAllowed } from '../parts/not-allowed'
import { Link, navigate, useQueryState } from '../router'
import { paths } from '../routes'
import { useKeys, useSession } from '../session'
import './decide.css'

const RESERVED = [...keysOf(decideKeys), ...keysOf(appKeys), ...keysOf(goKeys)]

export default function Decide({ project, id }: { project: string; id: string }) {
  const { can } = useSession()
  const [query, change] = useQueryState()
  const all = query.get('state') === 'all'
  const decisions = useQuery({
    queryKey: ['decisions', project, all ? 'all' : 'open'],
    queryFn: () => api.decisions(project, all ? 'all' : 'open'),
    enabled: can('answer_decide'),
  })
  const rows = useMemo(() => {
    const found = decisions.data?.decisions ?? []
    return all ? found.filter((one) => one.outcome !== null || one.question.state !== 'open') : found
  }, [decisions.data, all])
  const shown = rows.find((one) => one.question.id === id) ?? (id ? null : rows[0]) ?? null
  const go = (step: number) => {
    const at = rows.findIndex((one) => one.question.id === shown?.question.id)
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))]
    if (next) navigate(paths.decision(project, next.question.id) + location.search, { replace: true })
  }
  useKeys(decideKeys, (key) => go(key === 'next' ? 1 : -1))
  if (!can('answer_decide')) return <NotAllowed title={t('decide.title')} />
  return (
    <Page
      wide
      title={t('decide.title')}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t('decide.title')}
          value={all ? 'all' : 'open'}
          data={[
            { value: 'open', label: t('decide.open') },
            { value: 'all', label: t('decide.history') },
          ]}
          onChange={(state) => {
            navigate(paths.decide(project))
            change({ state: state === 'all' ? state : null })
          }}
        />
      }
    >
      {decisions.error ? <Failed error={decisions.error} retry={() => void decisions.refetch()} /> : null}
      {decisions.isPending ? <Waiting /> : null}
      {decisions.data && rows.length === 0 && !id ? (
        <Empty title={t(all ? 'decide.noHistory' : 'decide.none')}>
          <p>{t('decide.noneText')}</p>
        </Empty>
      ) : null}
      {rows.length > 0 || id ? (
        <div className="decide" data-one={id !== ''}>
          <nav className="decide-list" aria-label={t(all ? 'decide.history' : 'decide.open')}>
            {rows.map((one) => (
              <Line key={one.question.id} decision={one} project={project} current={one === shown} />
            ))}
          </nav>
          <div className="decide-detail">
            <Link to={paths.decide(project) + location.search} className="decide-back">
              <BackIcon size={16} /> {t('decide.back')}
            </Link>
            {shown ? <Detail key={shown.question.id} decision={shown} project={project} /> : <OneMore project={project} id={id} />}
          </div>
        </div>
      ) : null}
    </Page>
  )
}

const titleOf = ({ question }: Decision) => String(question.body?.title ?? question.id)

function Line({ decision, project, current }: { decision: Decision; project: string; current: boolean }) {
  const { question, outcome } = decision
  const expires = String(question.body?.expires ?? question.expires ?? '')
  return (
    <Link to={paths.decision(project, question.id) + location.search} className="decide-line" aria-current={current ? 'true' : undefined}>
      <strong>{titleOf(decision)}</strong>
      {outcome ? (
        <span className="row">
          <Outcome outcome={outcome.decision} />
          <span className="dim small">
            <When iso={outcome.at} />
          </span>
        </span>
      ) : expires ? (
        <span className="dim small">
          {t('decide.expires', {
            when: t('time.in', { span: span(Math.max(0, (Date.parse(expires) - Date.now()) / 1000)) }),
            fallback: t(`decision.past.${String(question.body?.default ?? 'reject')}`),
          })}
        </span>
      ) : null}
    </Link>
  )
}

function Outcome({ outcome }: { outcome: string }) {
  const tone = outcome === 'approve' ? 'good' : outcome === 'reject' ? 'bad' : 'plain'
  return <Chip tone={tone}>{t(`decision.past.${outcome}`)}</Chip>
}

/** A decision that is not in the list: an address from somebody else, or one decided a moment ago. */
function OneMore({ project, id }: { project: string; id: string }) {
  const found = useQuery({ queryKey: ['decisions', project, 'all'], queryFn: () => api.decisions(project, 'all') })
  const decision = found.data?.decisions.find((one) => one.question.id === id)
  if (found.error) return <Failed error={found.error} />
  if (found.isPending) return <Waiting />
  return decision ? <Detail decision={decision} project={project} /> : <Empty title={t('app.notFound')} picture={<DecideIcon size={40} />} />
}

function Detail({ decision, project }: { decision: Decision; project: string }) {
  const { question, outcome } = decision
  const client = useQueryClient()
  const [sending, setSending] = useState(false)
  // One id for this person's answer to this question: a second try is the same answer.
  const answerId = useRef(uuid())
  const opened = useRef(Date.now())

  const send = useCallback(
    async (value: { decision: string; reason: string; parameters?: Record<string, unknown> }) => {
      setSending(true)
      try {
        await api.claimOne(question.id)
        await api.answer({
          id: answerId.current,
          question: question.id,
          outcome: 'answered',
          value,
          seconds: Math.round((Date.now() - opened.current) / 100) / 10,
          suggestion_shown: false,
          edited: false,
        })
        toast(t('decide.sent', { decision: t(`decision.past.${value.decision}`) }))
        await client.invalidateQueries({ queryKey: ['decisions'] })
        await client.invalidateQueries({ queryKey: ['overview'] })
        navigate(paths.decide(project))
      } catch (error) {
        toastError(error)
      } finally {
        setSending(false)
      }
    },
    [client, project, question.id],
  )

  const open = outcome === null && ['open', 'claimed'].includes(question.state)
  return (
    <article className="panel decide-panel" aria-busy={sending}>
      <h2>{titleOf(decision)}</h2>
      {outcome ? <Past outcome={outcome} /> : null}
      <WidgetHost
        question={question}
        readonly={!open || sending}
        media={noMedia}
        reserved={RESERVED}
        onEmit={(value, commit) => {
          if (commit) void send(value as { decision: string; reason: string; parameters?: Record<string, unknown> })
        }}
      />
    </article>
  )
}

function Past({ outcome }: { outcome: NonNullable<Decision['outcome']> }) {
  return (
    <div className="decide-outcome">
      <p className="row">
        <Outcome outcome={outcome.decision} />
        <span>
          {outcome.actor ? `${outcome.actor.name} · ` : `${t('decide.byDefault')} · `}
          <When iso={outcome.at} />
        </span>
      </p>
      <blockquote>
        <span className="dim small">{t('decide.reasonGiven')}</span>
        <p>{outcome.reason}</p>
      </blockquote>
    </div>
  )
}
