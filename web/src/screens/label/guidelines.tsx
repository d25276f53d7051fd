// The guidelines, beside the question on a wide screen, in a drawer on a phone.

import { useEffect, useState } from 'react'
import type { Task } from '../../api/types'
import { t } from '../../i18n'
import { Chip, Drawer, Prose } from '../../ui'

const WIDE = '(min-width: 1061px)'
const CHOICE = 'handloom.guidelines'
const seenKey = (project: string, task: string) => `handloom.guidelines.seen.${project}/${task}`

export interface GuidelinesPanel {
  shown: boolean
  wide: boolean
  toggle(): void
  close(): void
}

export function useGuidelinesPanel(): GuidelinesPanel {
  const [wide, setWide] = useState(() => matchMedia(WIDE).matches)
  const [beside, setBeside] = useState(() => localStorage.getItem(CHOICE) !== 'closed')
  const [drawer, setDrawer] = useState(false)
  useEffect(() => {
    const media = matchMedia(WIDE)
    const turn = () => setWide(media.matches)
    media.addEventListener('change', turn)
    return () => media.removeEventListener('change', turn)
  }, [])
  const show = (on: boolean) => {
    if (wide) {
      localStorage.setItem(CHOICE, on ? 'open' : 'closed')
      setBeside(on)
    } else setDrawer(on)
  }
  const shown = wide ? beside : drawer
  return { shown, wide, toggle: () => show(!shown), close: () => show(false) }
}

interface GuidelinesProps {
  panel: GuidelinesPanel
  project: string
  task: Task | null
}

export function Guidelines({ panel, project, task }: GuidelinesProps) {
  const version = task?.guidelines?.version ?? 0
  const [changed, setChanged] = useState(false)
  useEffect(() => {
    if (!task || version === 0) return
    const key = seenKey(project, task.name)
    const seen = Number(localStorage.getItem(key) ?? version)
    setChanged(seen < version)
    if (panel.shown) localStorage.setItem(key, String(version))
  }, [project, task, version, panel.shown])

  const text = (
    <>
      {changed ? <p className="guide-new">{t('label.guidelinesNew')}</p> : null}
      {task?.guidelines?.text ? <Prose text={task.guidelines.text} /> : <p className="dim">{t('label.guidelinesNone')}</p>}
    </>
  )
  const badge = version > 0 ? <Chip>{t('label.guidelinesVersion', { version })}</Chip> : null
  if (!panel.wide) {
    return (
      <Drawer
        opened={panel.shown}
        onClose={panel.close}
        position="bottom"
        size="75%"
        title={<span className="row">{t('label.guidelines')} {badge}</span>}
        closeButtonProps={{ 'aria-label': t('app.close') }}
      >
        {text}
      </Drawer>
    )
  }
  if (!panel.shown) return null
  return (
    <aside className="guide" aria-label={t('label.guidelines')}>
      <header className="row spread">
        <h2>{t('label.guidelines')}</h2>
        {badge}
      </header>
      {text}
    </aside>
  )
}
