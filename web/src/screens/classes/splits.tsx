// Splits that somebody signed: what a policy labelled by them, what the audit says, and taking all of it back at once.

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Cascade, SignedSplit } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, count, Interval, Panel, Textarea, toast, toastError, When } from '../../ui'
import { useSession } from '../session'

export function Splits({ cascades }: { cascades: readonly Cascade[] }) {
  const signed = cascades.flatMap((made) => made.splits.map((split) => ({ made, split }))).reverse()
  if (signed.length === 0) return null
  return (
    <Panel title={t('splits.title')}>
      <p className="dim small">{t('splits.help')}</p>
      <ul className="classes-splits">
        {signed.map(({ made, split }) => (
          <Line key={split.id} label={made.label} split={split} />
        ))}
      </ul>
    </Panel>
  )
}

const TONES = { working: 'plain', standing: 'good', revoked: 'bad' } as const
const at = (value: number | null) => (value === null ? '–' : value.toFixed(2))

function Line({ label, split }: { label: string; split: SignedSplit }) {
  const { can } = useSession()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const revoked = split.state === 'revoked'
  const turn = async () => {
    try {
      await (revoked ? api.restoreSplit : api.revokeSplit)(split.id, reason.trim())
      toast(t(revoked ? 'splits.restored' : 'splits.revoked', { n: split.labelled ?? 0 }))
      setAsking(false)
      setReason('')
      await client.invalidateQueries({ queryKey: ['cascades'] })
      await client.invalidateQueries({ queryKey: ['items'] })
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <li className="classes-split">
      <div className="row">
        <strong dir="auto">{label}</strong>
        <Chip tone={TONES[split.state]}>{t(`splits.state.${split.state}`)}</Chip>
        <span className="num">{t('splits.labelled', { n: count(split.standing), of: count(split.labelled ?? 0) })}</span>
        <span className="dim small num">{t('splits.thresholds', { low: at(split.low), high: at(split.high) })}</span>
      </div>
      <div className="small">
        {t('splits.audit')} {split.audit.n > 0 ? <Interval {...split.audit} /> : <span className="dim">{t('splits.noAudit')}</span>}
      </div>
      {split.by ? (
        <div className="dim small">
          {t('splits.by', { name: split.by.name, reason: split.reason ?? '' })} <When iso={split.created} />
        </div>
      ) : null}
      {can('ask') && !asking ? (
        <Button variant="default" size="xs" onClick={() => setAsking(true)}>
          {t(revoked ? 'splits.restore' : 'splits.revoke')}
        </Button>
      ) : null}
      {asking ? (
        <div className="stack">
          <Textarea label={t('splits.why')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} autoFocus />
          <div className="row">
            <Button size="xs" color={revoked ? undefined : 'red'} disabled={!reason.trim()} onClick={() => void turn()}>
              {t(revoked ? 'splits.restoreAll' : 'splits.revokeAll', { n: count(split.labelled ?? 0) })}
            </Button>
            <Button size="xs" variant="default" onClick={() => setAsking(false)}>
              {t('app.cancel')}
            </Button>
          </div>
        </div>
      ) : null}
    </li>
  )
}
