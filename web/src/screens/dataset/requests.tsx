// Merge requests: those that wait, or all, and one of them in full.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Proposal } from '../../api/types'
import { t } from '../../i18n'
import { Chip, Empty, Failed, Panel, SegmentedControl, Waiting, When } from '../../ui'
import { requestKeys } from '../keys'
import { useQueryState } from '../router'
import { useKeys } from '../session'
import { ProposalInFull } from './request'

const MOVES = requestKeys.filter((one) => one.id === 'next' || one.id === 'previous')
export const STATE_TONES: Record<Proposal['state'], 'accent' | 'good' | 'bad' | 'plain'> = {
  open: 'accent',
  approved: 'accent',
  merged: 'good',
  rejected: 'bad',
  expired: 'plain',
  closed: 'plain',
}

export function Requests({ project, task }: { project: string; task: string }) {
  const [query, change] = useQueryState()
  const state = query.get('state') === 'all' ? 'all' : 'open'
  const found = useQuery({ queryKey: ['requests', project, task, state], queryFn: () => api.requests(project, task, state, null) })
  const rows = found.data?.requests ?? []
  const wanted = query.get('request')
  const shown = wanted ?? rows[0]?.id ?? null
  useKeys(MOVES, (key) => {
    const at = rows.findIndex((one) => one.id === shown)
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + (key === 'next' ? 1 : -1)))]
    if (next) change({ request: next.id })
  })
  return (
    <div className="dataset">
      <Panel
        title={t('dataset.requests')}
        aside={
          <SegmentedControl
            size="xs"
            aria-label={t('dataset.requests')}
            value={state}
            data={[
              { value: 'open', label: t('request.open') },
              { value: 'all', label: t('request.all') },
            ]}
            onChange={(next) => change({ state: next === 'all' ? 'all' : null, request: null })}
          />
        }
      >
        {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
        {found.isPending ? <Waiting /> : null}
        {found.data && rows.length === 0 ? (
          <Empty title={t('request.none')}>
            <p>{t('request.noneText')}</p>
          </Empty>
        ) : null}
        <ol className="dataset-log">
          {rows.map((one) => (
            <Line key={one.id} one={one} current={one.id === shown} onOpen={() => change({ request: one.id })} />
          ))}
        </ol>
      </Panel>
      {shown ? <ProposalInFull key={shown} project={project} id={shown} /> : null}
    </div>
  )
}

function Line({ one, current, onOpen }: { one: Proposal; current: boolean; onOpen(): void }) {
  return (
    <li>
      <button type="button" className="dataset-line" onClick={onOpen} aria-current={current ? 'true' : undefined}>
        <span className="dataset-message">{one.title}</span>
        <span className="row">
          <code>{one.id}</code>
          <Chip tone={STATE_TONES[one.state]}>{t(`request.state.${one.state}`)}</Chip>
          {one.failing.length > 0 && one.state === 'open' ? <Chip tone="bad">{one.failing.join(', ')}</Chip> : null}
        </span>
        <span className="dim small">{t('request.path', { source: one.source, target: one.target })}</span>
        <span className="dim small">
          {one.author.name}, <When iso={one.created} />
        </span>
      </button>
    </li>
  )
}
