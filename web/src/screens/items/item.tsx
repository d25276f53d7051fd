// One item: what it is, what was asked and answered, what models say, and what stands behind it.

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { ItemAnswer, ItemDetail, ItemQuestion, ItemTask } from '../../api/types'
import { t } from '../../i18n'
import '../../i18n/data'
import { BackIcon, Button, Chip, Failed, Page, Panel, percent, TrashIcon, Waiting, When } from '../../ui'
import { EraseDialog } from '../parts/erase'
import { imageOf } from '../parts/item-thumb'
import { Link } from '../router'
import { paths } from '../routes'
import { useSession } from '../session'
import { LineagePicture } from './lineage'
import './items.css'

const TINY = 128

export default function Item({ project, id }: { project: string; id: string }) {
  const found = useQuery({ queryKey: ['item', id], queryFn: () => api.item(id) })
  const item = found.data?.item
  return (
    <Page
      wide
      title={t('item.title', { key: item?.key ?? id })}
      aside={
        <Link to={paths.items(project)} className="item-back">
          <BackIcon size={16} /> {t('item.back')}
        </Link>
      }
    >
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {!found.data && !found.error ? <Waiting /> : null}
      {found.data ? <Parts project={project} detail={found.data} /> : null}
    </Page>
  )
}

function Parts({ project, detail }: { project: string; detail: ItemDetail }) {
  const { item, tasks } = detail
  return (
    <div className="item-grid">
      <Panel className="item-what">
        <Data data={item.data} alt={item.key ?? item.id} />
        <p className="row small dim">
          <span>
            {item.id} · <When iso={item.created} />
          </span>
          {item.test ? (
            <Chip tone="good" title={t('items.testTip')}>
              {t('items.test')}
            </Chip>
          ) : null}
        </p>
        {item.meta && Object.keys(item.meta).length > 0 ? <Meta meta={item.meta} /> : null}
        <Erasing project={project} item={item} />
      </Panel>
      <div className="stack item-tasks">
        {tasks.map((one) => (
          <TaskPart key={one.task.id} part={one} several={tasks.length > 1} />
        ))}
        <LineagePicture choices={lineageChoices(detail)} />
      </div>
    </div>
  )
}

const ERASED = 'erased:'

/** The way to blank this item for good, for owners; or that it is blank. */
function Erasing({ project, item }: { project: string; item: ItemDetail['item'] }) {
  const { can } = useSession()
  const [asking, setAsking] = useState(false)
  if (item.key?.startsWith(ERASED)) return <p className="dim">{t('erase.isErased')}</p>
  if (!can('erase')) return null
  return (
    <div>
      <Button size="xs" variant="default" leftSection={<TrashIcon size={16} />} onClick={() => setAsking(true)}>
        {t('erase.open')}
      </Button>
      <EraseDialog project={project} items={[item.id]} opened={asking} onClose={() => setAsking(false)} />
    </div>
  )
}

/** What the lineage may start from: the item itself, and the newest model that looked at it. */
function lineageChoices({ item, tasks }: ItemDetail): { id: string; name: string }[] {
  const [newest] = tasks.flatMap((one) => one.predictions).sort((a, b) => b.number - a.number)
  const own = { id: item.id, name: t('item.lineageItem') }
  return newest ? [own, { id: newest.model, name: t('item.model', { number: newest.number }) }] : [own]
}

function Data({ data, alt }: { data: Record<string, unknown>; alt: string }) {
  const image = imageOf(data)
  const rest = Object.entries(data).filter(([, value]) => value !== image)
  const tiny = image !== null && Math.max(image.width ?? TINY + 1, image.height ?? 0) <= TINY
  return (
    <>
      {image ? (
        <img className={tiny ? 'item-picture thumb-pixels' : 'item-picture'} src={api.blob(image.blob)} alt={t('choice.imageAlt', { item: alt })} />
      ) : null}
      {rest.map(([name, value]) => (
        <div key={name} className="item-field">
          {rest.length > 1 || image ? <span className="dim small">{name}</span> : null}
          <p dir="auto">{typeof value === 'string' ? value : JSON.stringify(value)}</p>
        </div>
      ))}
    </>
  )
}

function Meta({ meta }: { meta: Record<string, unknown> }) {
  return (
    <dl className="item-meta small">
      {Object.entries(meta).map(([name, value]) => (
        <div key={name}>
          <dt className="dim">{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function TaskPart({ part, several }: { part: ItemTask; several: boolean }) {
  const { label, predictions, questions, imported, task } = part
  return (
    <>
      <Panel title={several ? `${t('item.label')}: ${task.name}` : t('item.label')}>
        {label ? (
          <p className="row">
            {label.value.labels.map((one) => (
              <span key={one} className="item-label" dir="auto">
                {one}
              </span>
            ))}
            {label.automatic ? <Chip tone="suggest" title={t('items.automaticTip')}>{t('items.automatic')}</Chip> : null}
            <span className="dim small num">
              {t('item.confidence', { value: label.confidence === null ? '–' : percent(label.confidence, 0), n: label.n })}
            </span>
          </p>
        ) : (
          <p className="dim">{t('item.noLabel')}</p>
        )}
        <h3 className="item-sub">{t('item.predictions')}</h3>
        {predictions.length === 0 ? <p className="dim">{t('item.noPredictions')}</p> : null}
        <ul className="item-predictions num">
          {predictions.slice(0, 8).map((one) => (
            <li key={one.model}>
              <span className="dim small">{t('item.model', { number: one.number })}</span>
              <Chip tone="hollow">{one.label}</Chip>
              <meter min={0} max={1} value={one.probability} aria-label={percent(one.probability, 0)} />
              <span className="small">{percent(one.probability, 0)}</span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={several ? `${t('item.questions')}: ${task.name}` : t('item.questions')}>
        {questions.length === 0 && imported.length === 0 ? <p className="dim">{t('item.noQuestions')}</p> : null}
        <ol className="thread">
          {questions.map((one) => (
            <Asked key={one.id} question={one} />
          ))}
        </ol>
        {imported.length > 0 ? (
          <>
            <h3 className="item-sub">{t('item.imported')}</h3>
            <ul className="thread-answers">
              {imported.map((answer) => (
                <Answered key={answer.id} answer={answer} />
              ))}
            </ul>
          </>
        ) : null}
      </Panel>
    </>
  )
}

function Asked({ question }: { question: ItemQuestion }) {
  const { can } = useSession()
  return (
    <li className="thread-question">
      <p className="row">
        <strong>{question.id}</strong>
        <Chip>{t(`state.${question.state}`)}</Chip>
        <span className="dim small">
          <When iso={question.created} />
        </span>
      </p>
      {question.reason || question.strategy ? (
        <p className="small">
          {t('item.reason', { strategy: question.strategy ?? '', reason: question.reason ?? '' })}{' '}
          {question.probability !== null ? (
            <span className="dim num">
              {question.probability > 0 ? t('item.probability', { p: question.probability.toPrecision(2) }) : t('item.byRule')}
            </span>
          ) : null}
        </p>
      ) : null}
      {question.answers.length === 0 ? <p className="dim small">{t(can('read_answers') ? 'item.noAnswers' : 'item.blind')}</p> : null}
      <ul className="thread-answers">
        {question.answers.map((answer) => (
          <Answered key={answer.id} answer={answer} />
        ))}
      </ul>
    </li>
  )
}

function Answered({ answer }: { answer: ItemAnswer }) {
  const { labels } = (answer.value ?? {}) as { labels?: string[] }
  const words = answer.outcome === 'answered' ? (labels ?? []).join(', ') || t('label.outcome.none') : t(`label.outcome.${answer.outcome}`)
  return (
    <li className={answer.superseded ? 'thread-old' : undefined}>
      <span className="thread-who">{answer.actor.name}</span>
      <Chip tone={answer.outcome === 'answered' ? 'accent' : 'plain'}>{words}</Chip>
      <span className="dim small num">
        {answer.seconds !== null ? `${t('item.seconds', { seconds: answer.seconds.toFixed(1) })} · ` : ''}
        <When iso={answer.created} />
        {answer.suggestion_shown ? ` · ${t('item.suggestionShown')}` : ''}
        {answer.late ? ` · ${t('item.late')}` : ''}
        {answer.superseded ? ` · ${t('item.superseded')}` : ''}
      </span>
      {answer.note ? <q className="small">{answer.note}</q> : null}
    </li>
  )
}
