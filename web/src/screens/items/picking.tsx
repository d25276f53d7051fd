// Items chosen by hand, on one page or over several, and what can be done with them.

import { useState } from 'react'
import { t } from '../../i18n'
import '../../i18n/data'
import { Button, TrashIcon } from '../../ui'
import { EraseDialog } from '../parts/erase'

const SEARCHED = 3

export interface Picking {
  has(id: string): boolean
  toggle(id: string): void
}

/** What is chosen; null while nobody is choosing. */
export function usePicking() {
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null)
  const put = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  const picking: Picking | null = chosen ? { has: (id) => chosen.has(id), toggle: put } : null
  return { chosen, picking, begin: () => setChosen(new Set()), end: () => setChosen(null), add: (ids: readonly string[]) => setChosen(new Set([...(chosen ?? []), ...ids])) }
}

interface BarProps {
  project: string
  chosen: ReadonlySet<string>
  /** Items on screen. */
  page: readonly string[]
  search: string | null
  onAdd(ids: readonly string[]): void
  onEnd(): void
}

export function PickingBar({ project, chosen, page, search, onAdd, onEnd }: BarProps) {
  const [erasing, setErasing] = useState(false)
  const held = search !== null && search.length >= SEARCHED ? search : null
  return (
    <div className="items-picking" role="region" aria-label={t('items.picking')}>
      <strong className="num" role="status">
        {t('items.picked', { n: chosen.size })}
      </strong>
      <Button size="xs" variant="default" onClick={() => onAdd(page)}>
        {t('items.pickPage')}
      </Button>
      <span className="grow" />
      <Button size="xs" color="red" disabled={chosen.size === 0 && held === null} leftSection={<TrashIcon size={16} />} onClick={() => setErasing(true)}>
        {t('erase.open')}
      </Button>
      <Button size="xs" variant="default" onClick={onEnd}>
        {t('items.pickEnd')}
      </Button>
      <EraseDialog project={project} items={[...chosen]} search={held} opened={erasing} onClose={() => setErasing(false)} />
    </div>
  )
}
