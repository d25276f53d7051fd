// Labels that may be wrong: look for them, how many of the rest are expected to be, when to stop, what was said so far.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Suspect, Suspects as Found } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, count, Failed, Interval, NumberInput, Panel, percent, toast, toastError, Waiting } from '../../ui'
import { Link } from '../router'
import { paths } from '../routes'
import { useSession } from '../session'

const SHOWN = 12

export function Suspects({ project, task, multi }: { project: string; task: string; multi: boolean }) {
  const { can } = useSession()
  const found = useQuery({
    queryKey: ['suspects', project, task],
    queryFn: () => api.suspects(project, task),
    enabled: can('read_answers'),
  })
  if (!can('read_answers')) return null
  const rows = found.data?.suspects ?? []
  const open = rows.filter((one) => one.verdict === null && ['open', 'claimed'].includes(one.state)).length
  return (
    <Panel title={t('suspects.title')}>
      <p className="dim">{t('suspects.what')}</p>
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {found.isPending ? <Waiting /> : null}
      {can('ask') ? <Look project={project} task={task} /> : null}
      {found.data?.outlook ? <Outlook outlook={found.data.outlook} /> : null}
      {open > 0 ? (
        <p>
          <Link to={paths.label(project)}>{t('suspects.judge', { n: open })}</Link>
        </p>
      ) : null}
      {rows.length > 0 ? (
        <ul className="suspects-list">
          {rows.slice(0, SHOWN).map((one) => (
            <Line key={one.question} project={project} one={one} multi={multi} />
          ))}
        </ul>
      ) : null}
      {found.data?.outlook && found.data.outlook.weights.length > 0 ? <Weights outlook={found.data.outlook} /> : null}
    </Panel>
  )
}

function Look({ project, task }: { project: string; task: string }) {
  const client = useQueryClient()
  const [n, setN] = useState(20)
  const [looking, setLooking] = useState(false)
  const look = async () => {
    setLooking(true)
    try {
      const job = await api.findSuspects(project, task, n)
      toast(t('suspects.looking', { job: job.id }))
      await client.invalidateQueries({ queryKey: ['overview'] })
    } catch (error) {
      toastError(error)
    } finally {
      setLooking(false)
    }
  }
  return (
    <div className="row suspects-look">
      <NumberInput label={t('suspects.n')} value={n} min={1} max={1000} clampBehavior="strict" allowDecimal={false} onChange={(value) => setN(Number(value) || 1)} />
      <Button onClick={() => void look()} loading={looking}>
        {t('suspects.look')}
      </Button>
    </div>
  )
}

type Looked = NonNullable<Found['outlook']>

function Outlook({ outlook }: { outlook: Looked }) {
  const { expected_precision: share, worth, stop, why } = outlook
  return (
    <div className="suspects-outlook">
      <p>
        <strong className="num">{t('suspects.worth', { n: count(worth) })}</strong>{' '}
        <Chip tone={stop ? 'good' : 'suggest'}>{t(stop ? 'suspects.stop' : 'suspects.goOn')}</Chip>
      </p>
      <p>
        {t('suspects.expected')} {share.verdicts > 0 ? <Interval {...share} /> : <span className="dim">{t('suspects.unknown')}</span>}{' '}
        <span className="dim small">{t('suspects.verdicts', { n: share.verdicts })}</span>
      </p>
      <p className="dim small">{why}</p>
    </div>
  )
}

function Line({ project, one, multi }: { project: string; one: Suspect; multi: boolean }) {
  const said = one.verdict
  const named = (labels: string[]) => (labels.length > 0 ? labels.join(', ') : t('choice.none'))
  return (
    <li>
      <Link to={paths.item(project, one.item)}>{one.key}</Link>
      <span className="row">
        <Chip tone="accent">{named(one.given)}</Chip>
        {multi || one.proposed.length > 0 ? <Chip tone="hollow">{t('suspects.rather', { label: named(one.proposed) })}</Chip> : null}
        <span className="dim small num">{t('suspects.score', { score: percent(one.score, 0) })}</span>
        {said ? (
          <Chip tone={said.verdict === 'change' ? 'bad' : 'good'}>{said.verdict === 'change' ? t('suspects.changed', { label: named(said.labels) }) : t('suspects.kept')}</Chip>
        ) : null}
      </span>
      <span className="dim small">{one.reasons.join('; ')}</span>
    </li>
  )
}

/** What it would do to let corrected labels count more in training. */
function Weights({ outlook }: { outlook: Looked }) {
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={t('suspects.weights')}>
      <table className="table quality-table">
        <caption className="suspects-caption dim small">{t('suspects.weightsHelp')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('suspects.weight')}</th>
            <th scope="col">{t('suspects.old')}</th>
            <th scope="col">{t('suspects.new')}</th>
          </tr>
        </thead>
        <tbody>
          {outlook.weights.map((one) => (
            <tr key={one.weight}>
              <th scope="row" className="num">{t('suspects.weightUsed', { weight: one.weight, used: one.used.toFixed(1) })}</th>
              <td>
                <Interval {...one.old} />
              </td>
              <td>
                <Interval {...one.new} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
