// How far any two people agree: a matrix, each cell with how many answers it rests on.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Agreement } from '../../api/types'
import { t } from '../../i18n'
import { count, Panel, percent } from '../../ui'

const FEW = 10

export function Between({ project, task }: { project: string; task: string | null }) {
  const quality = useQuery({ queryKey: ['quality', project, task], queryFn: () => api.quality(project, task), enabled: task !== null })
  const pairs = quality.data?.agreement?.pairs ?? []
  if (pairs.length === 0) return null
  return (
    <Panel title={t('team.between')}>
      <p className="dim small">{t('team.betweenHelp', { n: FEW })}</p>
      <Matrix pairs={pairs} />
    </Panel>
  )
}

function Matrix({ pairs }: { pairs: Agreement['pairs'] }) {
  const names = new Map(pairs.flatMap(({ a, b }) => [[a.id, a.name] as const, [b.id, b.name] as const]))
  const people = [...names].sort(([, a], [, b]) => a.localeCompare(b))
  const cells = new Map(pairs.flatMap((one) => [[`${one.a.id} ${one.b.id}`, one] as const, [`${one.b.id} ${one.a.id}`, one] as const]))
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={t('team.between')}>
      <table className="table team-matrix">
        <thead>
          <tr>
            <td />
            {people.map(([id, name]) => (
              <th key={id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map(([id, name]) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              {people.map(([other]) => (
                <Cell key={other} one={id === other ? null : (cells.get(`${id} ${other}`) ?? null)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cell({ one }: { one: Agreement['pairs'][number] | null }) {
  if (one === null || one.value === null || one.low === null || one.high === null) return <td className="dim">·</td>
  const shade = one.n < FEW ? 0 : Math.round(one.value * 40)
  const words = t('team.betweenCell', { low: percent(one.low, 0), high: percent(one.high, 0), n: one.n })
  return (
    <td className="num" title={words} style={{ background: `color-mix(in srgb, var(--hl-accent) ${shade}%, transparent)` }}>
      <strong>{percent(one.value, 0)}</strong> <span className="small">n = {count(one.n)}</span>
    </td>
  )
}
