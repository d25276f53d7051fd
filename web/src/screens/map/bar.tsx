// What can be done with the chosen items: one key labels them, after the count was confirmed.

import { useMemo } from 'react'
import { cap, type KeyBinding } from '../../core/keymap'
import { t } from '../../i18n'
import { Button, Key } from '../../ui'
import { keysFor } from '../../widgets/choice/keys'
import { appKeys, goKeys, keysOf, mapKeys } from '../keys'
import { useKeys } from '../session'

export interface Wanted {
  label: string
  /** Items that will be labelled, and those that are left out. */
  fit: number
  left: number
}

/** A key for each label, as far as there are any that the screen leaves free. */
export function labelKeys(labels: readonly string[]): KeyBinding[] {
  const keys = keysFor(labels, [...keysOf(mapKeys), ...keysOf(appKeys), ...keysOf(goKeys)])
  const group = t('keys.group.answer')
  return labels.flatMap((title, k) => {
    const key = keys[k]
    return key ? [{ id: `label:${k}`, keys: [key], title, group }] : []
  })
}

const confirmKeys = (): KeyBinding[] => [
  { id: 'yes', keys: ['Enter'], title: t('map.confirm'), group: t('keys.group.answer') },
  { id: 'no', keys: ['Escape'], title: t('map.cancel'), group: t('keys.group.answer') },
]

interface BarProps {
  labels: readonly string[]
  count: number
  wanted: Wanted | null
  busy: boolean
  may: boolean
  over: boolean
  setOver(over: boolean): void
  choose(label: string): void
  confirm(): void
  cancel(): void
  clear(): void
}

const MOST_BUTTONS = 40

export function Bar({ labels, count, wanted, busy, may, over, setOver, choose, confirm, cancel, clear }: BarProps) {
  const bindings = useMemo(() => labelKeys(labels), [labels])
  const asking = useMemo(() => confirmKeys(), [])
  useKeys(count > 0 && may && !wanted ? bindings : null, (id) => choose(labels[Number(id.split(':')[1])] ?? ''))
  useKeys(wanted ? asking : null, (id) => (id === 'yes' ? confirm() : cancel()))
  if (wanted) {
    return (
      <section className="map-bar map-bar-ask" role="alertdialog" aria-label={t('map.ask', { n: wanted.fit, label: wanted.label })}>
        <strong>{t('map.ask', { n: wanted.fit, label: wanted.label })}</strong>
        {wanted.left > 0 ? <span className="dim small">{t('map.left', { n: wanted.left })}</span> : null}
        <span className="row">
          <Button size="sm" loading={busy} disabled={wanted.fit === 0} onClick={confirm} rightSection={<Key k="Enter" />} aria-keyshortcuts="Enter">
            {t('map.confirm')}
          </Button>
          <Button size="sm" variant="default" onClick={cancel} rightSection={<Key k="Escape" />} aria-keyshortcuts="Escape">
            {t('map.cancel')}
          </Button>
        </span>
      </section>
    )
  }
  if (count === 0) return <p className="map-bar map-bar-idle dim small">{t('map.hint')}</p>
  return (
    <section className="map-bar" aria-label={t('map.labelThese')}>
      <span className="row spread">
        <strong role="status">{t('map.chosen', { n: count })}</strong>
        <Button size="compact-sm" variant="subtle" onClick={clear} rightSection={<Key k="Escape" />} aria-keyshortcuts="Escape">
          {t('map.clear')}
        </Button>
      </span>
      {may ? (
        <>
          <span className="map-labels">
            {labels.slice(0, MOST_BUTTONS).map((label, k) => {
              const key = bindings.find((one) => one.id === `label:${k}`)?.keys[0]
              return (
                <button type="button" key={label} className="map-label" onClick={() => choose(label)} aria-keyshortcuts={key}>
                  <span dir="auto">{label}</span>
                  {key ? <kbd className="hl-key" aria-hidden="true">{cap(key)}</kbd> : null}
                </button>
              )
            })}
          </span>
          <label className="map-over small">
            <input type="checkbox" checked={over} onChange={(event) => setOver(event.currentTarget.checked)} /> {t('map.over')}
          </label>
        </>
      ) : null}
    </section>
  )
}
