// What changed between two versions: counts, labels that became others, and the rows side by side.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { DatasetChange, DatasetRow, RowChange } from '../../api/types'
import { t } from '../../i18n'
import { Chip, count, Failed, Panel, Waiting } from '../../ui'
import { imageOf, ItemThumb, textOf } from '../parts/item-thumb'
import { Link } from '../router'
import { paths } from '../routes'

interface DifferenceProps {
  project: string
  task: string
  before: string
  after: string
}

export function Difference({ project, task, before, after }: DifferenceProps) {
  const found = useQuery({ queryKey: ['diff', project, task, before, after], queryFn: () => api.diff(project, task, before, after) })
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  return <Changes project={project} title={t('dataset.diff', { before, after })} change={found.data} />
}

/** What differs: counts, labels that became others, and the rows side by side. */
export function Changes({ project, title, change }: { project: string; title: string; change: DatasetChange }) {
  const { rows, kinds, labels, changes } = change
  return (
    <Panel title={title}>
      {rows === 0 ? <p className="dim">{t('dataset.same')}</p> : null}
      {rows > 0 ? (
        <>
          <p className="row">
            <strong>{t('dataset.differ', { n: rows })}</strong>
            {Object.entries(kinds).map(([kind, n]) => (
              <Chip key={kind} tone={TONES[kind] ?? 'plain'}>
                {count(n)} {t(`dataset.kind.${kind}`)}
              </Chip>
            ))}
          </p>
          {labels.length > 0 ? (
            <ul className="dataset-labels num">
              {labels.slice(0, 12).map((one, i) => (
                <li key={i}>
                  <Chip>{one.before ?? '–'}</Chip> → <Chip tone="accent">{one.after ?? '–'}</Chip> {count(one.count)}
                </li>
              ))}
            </ul>
          ) : null}
          <div className="table-box" tabIndex={0} role="region" aria-label={t('dataset.differ', { n: rows })}>
            <table className="table dataset-rows">
              <thead>
                <tr>
                  <th scope="col">{t('dataset.item')}</th>
                  <th scope="col">{t('dataset.before')}</th>
                  <th scope="col">{t('dataset.after')}</th>
                </tr>
              </thead>
              <tbody>
                {changes.map((one) => (
                  <Row key={one.item} project={project} change={one} />
                ))}
              </tbody>
            </table>
          </div>
          {changes.length < rows ? <p className="dim small">{t('dataset.shown', { n: changes.length })}</p> : null}
        </>
      ) : null}
    </Panel>
  )
}

const TONES: Record<string, 'good' | 'bad' | 'suggest'> = { added: 'good', removed: 'bad', relabelled: 'suggest', respanned: 'suggest' }

function Row({ project, change }: { project: string; change: RowChange }) {
  return (
    <tr>
      <th scope="row">
        <ItemLink project={project} row={change} />
      </th>
      <td>
        <Side row={change.before} other={change.after} />
      </td>
      <td>
        <Side row={change.after} other={change.before} />
      </td>
    </tr>
  )
}

/** The item of a row: its picture and key, or the beginning of its text. */
export function ItemLink({ project, row }: { project: string; row: Pick<RowChange, 'item' | 'key' | 'data'> }) {
  const picture = imageOf(row.data) !== null
  return (
    <Link to={paths.item(project, row.item)} className="dataset-link" title={row.item}>
      {picture ? <ItemThumb data={row.data} size={36} /> : null}
      <span className="dataset-item">{picture ? row.key : textOf(row.data) || row.key}</span>
    </Link>
  )
}

/** A row as it was or is; beside the label only what differs from the other side. */
function Side({ row, other }: { row: DatasetRow | null; other: DatasetRow | null }) {
  if (!row) return <span className="dim">–</span>
  return (
    <span className="row">
      <Chip tone="accent">{shownValue(row.value)}</Chip>
      {other && other.split !== row.split ? <span className="small">{t('dataset.split', { split: row.split })}</span> : null}
      {other && other.weight !== row.weight ? <span className="small">{t('dataset.weight', { weight: row.weight })}</span> : null}
    </span>
  )
}

export function shownValue(value: unknown): string {
  const labels = (value as { labels?: unknown } | null)?.labels
  return Array.isArray(labels) ? labels.join(', ') || t('label.outcome.none') : JSON.stringify(value)
}
