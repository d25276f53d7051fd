// A random sample of somebody's work beside the labels it led to; accepted or rejected as a whole.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api } from '../../api/client'
import type { Review, Sampled, Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, count, Empty, Failed, Key, Page, Panel, Select, Textarea, toast, toastError, Waiting, When } from '../../ui'
import { reviewKeys } from '../keys'
import { ItemThumb, textOf } from '../parts/item-thumb'
import { Link, useQueryState } from '../router'
import { paths } from '../routes'
import { useKeys, useSession } from '../session'

const SIZE = 10

export function Samples({ project, tasks, aside }: { project: string; tasks: readonly Task[]; aside: ReactNode }) {
  const [query, change] = useQueryState()
  const shown = query.get('review')
  const reviews = useQuery({ queryKey: ['reviews', project], queryFn: () => api.reviews(project) })
  return (
    <Page title={t('review.samples')} aside={aside}>
      <Draw project={project} tasks={tasks} onDrawn={(id) => change({ review: id })} />
      {reviews.error ? <Failed error={reviews.error} retry={() => void reviews.refetch()} /> : null}
      {reviews.isPending ? <Waiting /> : null}
      {shown ? <InFull key={shown} project={project} id={shown} /> : null}
      {reviews.data && reviews.data.reviews.length === 0 && !shown ? (
        <Empty title={t('review.none')}>
          <p>{t('review.noneText')}</p>
        </Empty>
      ) : null}
      {reviews.data && reviews.data.reviews.length > 0 ? (
        <Panel title={t('review.history')}>
          <ul className="review-list">
            {reviews.data.reviews.map((one) => (
              <Line key={one.id} review={one} current={one.id === shown} onOpen={() => change({ review: one.id })} />
            ))}
          </ul>
        </Panel>
      ) : null}
    </Page>
  )
}

const TONES = { open: 'suggest', accepted: 'good', rejected: 'bad' } as const

function Line({ review, current, onOpen }: { review: Review; current: boolean; onOpen(): void }) {
  return (
    <li>
      <button type="button" className="review-line" onClick={onOpen} aria-current={current ? 'true' : undefined}>
        <strong>{review.actor.name}</strong>
        <span className="dim num">{t('review.sampleOf', { sample: review.sample, size: review.size })}</span>
        <Chip tone={TONES[review.state]}>{t(`review.state.${review.state}`)}</Chip>
        <span className="dim small">
          <When iso={review.closed ?? review.created} />
        </span>
      </button>
    </li>
  )
}

/** Whose work, and draw. */
function Draw({ project, tasks, onDrawn }: { project: string; tasks: readonly Task[]; onDrawn(id: string): void }) {
  const { me } = useSession()
  const client = useQueryClient()
  const task = tasks.find((one) => one.shape !== 'decision')?.name ?? null
  const team = useQuery({ queryKey: ['team', project, task], queryFn: () => api.team(project, task), enabled: task !== null })
  const people = (team.data?.members ?? []).filter((one) => one.kind === 'person' && one.id !== me.id && one.answers > 0)
  const [actor, setActor] = useState<string | null>(null)
  const draw = async () => {
    if (!actor || !task) return
    try {
      const made = await api.openReview(project, actor, task, SIZE)
      await client.invalidateQueries({ queryKey: ['reviews', project] })
      onDrawn(made.id)
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <div className="review-draw">
      <Select
        label={t('review.whose')}
        description={t('review.whoseHelp', { n: SIZE })}
        data={people.map((one) => ({ value: one.id, label: `${one.name} (${count(one.answers)})` }))}
        value={actor}
        onChange={setActor}
        searchable
      />
      <Button onClick={() => void draw()} disabled={!actor}>
        {t('review.draw')}
      </Button>
    </div>
  )
}

function InFull({ project, id }: { project: string; id: string }) {
  const client = useQueryClient()
  const found = useQuery({ queryKey: ['review', id], queryFn: () => api.review(id) })
  const [reason, setReason] = useState('')
  const [rejecting, setRejecting] = useState(false)
  const open = found.data?.state === 'open'
  const close = async (accept: boolean) => {
    try {
      const done = await api.closeReview(id, accept, accept ? null : reason.trim())
      toast(accept ? t('review.accepted') : t('review.rejected', { n: done.asked_again }))
      await client.invalidateQueries({ queryKey: ['reviews', project] })
      await client.invalidateQueries({ queryKey: ['review', id] })
    } catch (error) {
      toastError(error)
    }
  }
  useKeys(open && !rejecting ? reviewKeys : null, (key) => (key === 'accept' ? void close(true) : setRejecting(true)))
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  const { answers, actor, sample, size, reason: given, state } = found.data
  const same = answers.filter(agrees).length
  return (
    <Panel title={t('review.of', { name: actor.name })} aside={<Chip tone={TONES[state]}>{t(`review.state.${state}`)}</Chip>}>
      <p className="dim">{t('review.about', { sample, size, same })}</p>
      <ul className="review-answers">
        {answers.map((one) => (
          <Answer key={one.answer} project={project} one={one} />
        ))}
      </ul>
      {given ? <p>{given}</p> : null}
      {open && !rejecting ? (
        <div className="row">
          <Button onClick={() => void close(true)} rightSection={<Key k="a" />} aria-keyshortcuts="a">
            {t('review.accept')}
          </Button>
          <Button variant="default" onClick={() => setRejecting(true)} rightSection={<Key k="x" />} aria-keyshortcuts="x">
            {t('review.reject')}
          </Button>
        </div>
      ) : null}
      {open && rejecting ? (
        <div className="stack">
          <Textarea label={t('review.why')} description={t('review.whyHelp')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} data-autofocus autoFocus />
          <div className="row">
            <Button color="red" disabled={!reason.trim()} onClick={() => void close(false)}>
              {t('review.rejectAll', { n: size })}
            </Button>
            <Button variant="default" onClick={() => setRejecting(false)}>
              {t('app.cancel')}
            </Button>
          </div>
        </div>
      ) : null}
    </Panel>
  )
}

const labelsOf = (value: Record<string, unknown> | null): string => {
  const labels = value?.labels
  return Array.isArray(labels) ? labels.join(', ') || t('label.outcome.none') : ''
}

const agrees = ({ value, label }: Sampled): boolean => labelsOf(value) === labelsOf(label)

function Answer({ project, one }: { project: string; one: Sampled }) {
  return (
    <li className={agrees(one) ? undefined : 'review-differs'}>
      <Link to={paths.item(project, one.item.id)} className="items-row">
        <ItemThumb data={one.item.data} size={44} />
        <span className="hidden-text">{textOf(one.item.data) || one.item.key}</span>
      </Link>
      <span className="review-pair">
        <Chip tone="accent">{labelsOf(one.value) || t(`label.outcome.${one.outcome}`)}</Chip>
        {agrees(one) ? null : (
          <span className="dim small">
            {t('review.labelNow')} <Chip>{labelsOf(one.label)}</Chip>
          </span>
        )}
        {one.note ? <q dir="auto">{one.note}</q> : null}
      </span>
    </li>
  )
}
