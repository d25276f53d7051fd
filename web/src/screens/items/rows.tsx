// Items of a page as cards or as lines; where some are being chosen, each with a box to choose it by.

import type { MouseEvent } from 'react'
import type { ItemLine } from '../../api/types'
import { t } from '../../i18n'
import { Chip } from '../../ui'
import { imageOf, ItemThumb, textOf } from '../parts/item-thumb'
import { Link } from '../router'
import { paths } from '../routes'
import type { Picking } from './picking'

interface RowsProps {
  rows: readonly ItemLine[]
  project: string
  picking: Picking | null
}

/** While items are being chosen, a click on one chooses it; with a modifier key it opens a tab as always. */
const taking = (picking: Picking | null, id: string) =>
  picking
    ? (event: MouseEvent) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        picking.toggle(id)
      }
    : undefined

function Pick({ row, picking }: { row: ItemLine; picking: Picking }) {
  return <input type="checkbox" className="items-pick" aria-label={t('items.pick', { key: row.key ?? row.id })} checked={picking.has(row.id)} onChange={() => picking.toggle(row.id)} />
}

/** Whether a rule gave the label, and whether the item is kept for testing. */
function Standing({ row }: { row: ItemLine }) {
  return (
    <>
      {row.label?.automatic ? (
        <Chip tone="suggest" title={t('items.automaticTip')}>
          {t('items.automatic')}
        </Chip>
      ) : null}
      {row.test ? (
        <Chip tone="good" title={t('items.testTip')}>
          {t('items.test')}
        </Chip>
      ) : null}
    </>
  )
}

function Marks({ row }: { row: ItemLine }) {
  const labels = row.label?.value.labels ?? null
  const agrees = row.prediction !== null && labels !== null && labels.includes(row.prediction.label)
  return (
    <>
      {labels ? <Chip tone="accent">{labels.join(', ') || t('label.outcome.none')}</Chip> : null}
      {row.prediction && !agrees ? (
        <Chip tone="hollow" title={t('items.predicted')}>
          {row.prediction.label} · {Math.round(row.prediction.probability * 100)} %
        </Chip>
      ) : null}
      <Standing row={row} />
    </>
  )
}

export function Grid({ rows, project, picking }: RowsProps) {
  return (
    <ul className="items-grid">
      {rows.map((row) => (
        <li key={row.id} className="items-cell">
          {picking ? <Pick row={row} picking={picking} /> : null}
          <Link to={paths.item(project, row.id)} className="items-card" data-picked={picking?.has(row.id)} onClick={taking(picking, row.id)}>
            <span className={imageOf(row.data) ? 'items-shot' : 'items-words'}>
              <ItemThumb data={row.data} size={104} />
            </span>
            <span className="hidden-text">{row.key ?? row.id}</span>
            <span className="items-marks">
              <Marks row={row} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

export function List({ rows, project, picking }: RowsProps) {
  return (
    <div className="panel">
      <div className="table-box items-table">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('items.item')}</th>
              <th scope="col">{t('items.value')}</th>
              <th scope="col">{t('items.predicted')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id} data-picked={picking?.has(row.id)}>
                <td>
                  <span className="items-line">
                    {picking ? <Pick row={row} picking={picking} /> : null}
                    <Link to={paths.item(project, row.id)} className="items-row" onClick={taking(picking, row.id)}>
                      {imageOf(row.data) ? <ItemThumb data={row.data} size={36} /> : null}
                      <span className="items-text" dir="auto">{textOf(row.data) || row.key || row.id}</span>
                    </Link>
                  </span>
                </td>
                <td>
                  <span className="row">
                    {row.label ? (
                      <Chip tone="accent">{row.label.value.labels.join(', ') || t('label.outcome.none')}</Chip>
                    ) : (
                      <span className="dim small">{t('items.unlabelled')}</span>
                    )}
                    <Standing row={row} />
                  </span>
                </td>
                <td>
                  {row.prediction ? (
                    <Chip tone="hollow">
                      {row.prediction.label} · {Math.round(row.prediction.probability * 100)} %
                    </Chip>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
