// The thread from answers to release, as a picture and as a list.

import { useQuery } from '@tanstack/react-query'
import { api, ApiError } from '../../api/client'
import type { Lineage } from '../../api/types'
import { folded, type GraphNode, layered } from '../../core/graph'
import { t } from '../../i18n'
import { Failed, Panel, SegmentedControl, Waiting } from '../../ui'
import { useQueryState } from '../router'
import { useSession } from '../session'

const COLUMN = 190
const ROW = 58
const BOX_WIDTH = 158
const BOX_HEIGHT = 42
const MOST = 7

export function LineagePicture({ choices }: { choices: { id: string; name: string }[] }) {
  const { can } = useSession()
  const [query, change] = useQueryState()
  const chosen = choices.find((one) => one.id === query.get('lineage')) ?? choices[0]
  const id = chosen?.id ?? ''
  const found = useQuery({ queryKey: ['lineage', id], queryFn: () => api.lineage(id), retry: false, enabled: can('read_models') })
  if (!can('read_models')) return null
  const nothing = found.error instanceof ApiError && found.error.status === 404
  return (
    <Panel
      title={t('item.lineage')}
      aside={
        choices.length > 1 ? (
          <SegmentedControl
            size="xs"
            aria-label={t('item.lineage')}
            value={id}
            data={choices.map((one) => ({ value: one.id, label: one.name }))}
            onChange={(value) => change({ lineage: value === choices[0]?.id ? null : value })}
          />
        ) : null
      }
    >
      <p className="dim small item-lineage-text">{t('item.lineageText')}</p>
      {found.isPending ? <Waiting /> : null}
      {nothing || found.data?.nodes.length === 0 ? <p className="dim">{t('item.lineageNone')}</p> : null}
      {found.error && !nothing ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data ? <Graph lineage={found.data} /> : null}
    </Panel>
  )
}

function Graph({ lineage }: { lineage: Lineage }) {
  // The server tells what a thing rests on; the eye follows the thread the other way, from answers to release.
  const onward = lineage.edges.map(([from = '', to = '']) => [to, from] as const)
  const { nodes, edges, hidden } = folded(lineage.nodes, onward, MOST)
  const placed = layered(nodes.map((node) => node.id), edges)
  const rows = Math.max(1, ...placed.map((one) => one.row + 1))
  const width = (Math.max(0, ...placed.map((one) => one.column)) + 1) * COLUMN
  const at = new Map(placed.map((one) => [one.id, { x: one.column * COLUMN + 6, y: one.row * ROW + 8 }]))
  const name = (node: GraphNode) => (hidden.has(node.id) ? node.kind : `${node.kind} ${node.id.length > 14 ? '' : node.id}`)
  const words = (node: GraphNode) => {
    const n = hidden.get(node.id)
    return n === undefined ? node.text : t('item.lineageMore', { n })
  }
  return (
    <div className="lineage" tabIndex={0} role="region" aria-label={t('item.lineageFor', { id: lineage.id })}>
      <svg width={width} height={rows * ROW + 8} viewBox={`0 0 ${width} ${rows * ROW + 8}`} aria-hidden="true">
        {edges.map(([from, to]) => {
          const a = at.get(from)
          const b = at.get(to)
          if (!a || !b) return null
          const x1 = a.x + BOX_WIDTH
          const y1 = a.y + BOX_HEIGHT / 2
          const y2 = b.y + BOX_HEIGHT / 2
          const middle = (x1 + b.x) / 2
          return <path key={`${from}-${to}`} d={`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${b.x} ${y2}`} className="lineage-edge" />
        })}
        {nodes.map((node) => {
          const place = at.get(node.id)
          if (!place) return null
          return (
            <g key={node.id} transform={`translate(${place.x} ${place.y})`} className={`lineage-node lineage-${node.kind}`}>
              <title>{words(node)}</title>
              <rect width={BOX_WIDTH} height={BOX_HEIGHT} rx={9} />
              <text x={12} y={17} className="lineage-kind">
                {name(node)}
              </text>
              <text x={12} y={33} className="lineage-words">
                {shorten(words(node))}
              </text>
            </g>
          )
        })}
      </svg>
      <ul className="hidden-text">
        {nodes.map((node) => (
          <li key={node.id}>
            {name(node)}: {words(node)}
          </li>
        ))}
      </ul>
    </div>
  )
}

const shorten = (text: string) => (text.length > 23 ? `${text.slice(0, 22)}…` : text)
