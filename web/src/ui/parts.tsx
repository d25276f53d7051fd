// Small parts that every screen uses.

import { type ReactNode, useId } from 'react'
import { cap } from '../core/keymap'
import { t } from '../i18n'
import { Button, Loader } from './mantine'

/** A key as printed on a control. Readers hear it through aria-keyshortcuts of the control. */
export function Key({ k }: { k: string }) {
  return (
    <kbd className="hl-key" aria-hidden="true">
      {cap(k)}
    </kbd>
  )
}

interface PageProps {
  title: ReactNode
  /** Beside the title. */
  aside?: ReactNode
  children: ReactNode
  wide?: boolean
}

/** A screen: its only first-level heading, and what belongs to it. */
export function Page({ title, aside, children, wide }: PageProps) {
  return (
    <div className={wide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <h1>{title}</h1>
        {aside ? <div className="page-aside">{aside}</div> : null}
      </header>
      {children}
    </div>
  )
}

interface PanelProps {
  title?: ReactNode
  aside?: ReactNode
  children: ReactNode
  className?: string
}

export function Panel({ title, aside, children, className = '' }: PanelProps) {
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={title ? id : undefined}>
      {title ? (
        <header className="panel-head">
          <h2 id={id}>{title}</h2>
          {aside}
        </header>
      ) : null}
      {children}
    </section>
  )
}

type Tone = 'plain' | 'accent' | 'good' | 'bad' | 'suggest' | 'hollow'

/** A short fact about something: a state, a label, a count. */
export function Chip({ tone = 'plain', children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`chip chip-${tone}`} title={title} dir="auto">
      {children}
    </span>
  )
}

export function Empty({ title, children, picture }: { title: string; children?: ReactNode; picture?: ReactNode }) {
  return (
    <div className="empty">
      {picture ?? <Weave />}
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** A piece of cloth, half woven: for places where nothing is yet. */
export function Weave() {
  const lines = [0, 1, 2, 3, 4]
  return (
    <svg className="weave" viewBox="0 0 120 84" aria-hidden="true">
      {lines.map((i) => (
        <path key={`w${i}`} className="weave-warp" d={`M${20 + i * 20} 4v76`} />
      ))}
      {lines.slice(0, 3).map((row) =>
        lines.map((i) =>
          (i + row) % 2 === 0 ? (
            <path key={`${row}-${i}`} className="weave-weft" d={`M${11 + i * 20} ${16 + row * 17}h18`} />
          ) : null,
        ),
      )}
    </svg>
  )
}

export function Waiting({ what }: { what?: string }) {
  return (
    <div className="waiting" role="status">
      <Loader size="sm" type="dots" />
      <span>{what ?? t('app.loading')}</span>
    </div>
  )
}

/** What failed, in the words of whoever knows, and a way to try again. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { code } = (error ?? {}) as { code?: string }
  const words = code === 'network' ? t('app.network') : error instanceof Error ? error.message : String(error)
  return (
    <div className="failed" role="alert">
      <strong>{t('app.failed')}</strong>
      <p>{words}</p>
      {retry ? (
        <Button variant="default" size="xs" onClick={retry}>
          {t('app.retry')}
        </Button>
      ) : null}
    </div>
  )
}

/** A share as percent, with a fixed number of places, so that columns stand still. */
export const percent = (value: number, digits = 1): string => `${(value * 100).toFixed(digits)} %`

/** A number with its interval and its n: never one without the others. */
export function Interval({ value, low, high, n }: { value: number | null; low: number | null; high: number | null; n: number }) {
  if (value === null || low === null || high === null) return <span className="dim">–</span>
  return (
    <span className="interval" title={t('app.interval')}>
      <strong>{percent(value)}</strong>{' '}
      <span className="dim">
        ({percent(low)} – {percent(high)}), n = {n.toLocaleString()}
      </span>
    </span>
  )
}

export const count = (n: number): string => n.toLocaleString()

export function bytes(n: number): string {
  if (n < 1024) return `${count(n)} B`
  return n < 1024 * 1024 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 / 1024).toFixed(1)} MiB`
}

/** Time since, or until, in the largest fitting unit. */
export function ago(iso: string | null, now = Date.now()): string {
  if (iso === null) return t('app.never')
  const seconds = (now - Date.parse(iso)) / 1000
  if (seconds < 0) return t('time.in', { span: span(-seconds) })
  if (seconds < 60) return t('time.now')
  if (seconds < 3600) return t('time.minutes', { n: Math.floor(seconds / 60) })
  if (seconds < 86_400) return t('time.hours', { n: Math.floor(seconds / 3600) })
  return t('time.days', { n: Math.floor(seconds / 86_400) })
}

export function span(seconds: number): string {
  if (seconds < 90) return t('span.seconds', { n: Math.round(seconds) })
  if (seconds < 5400) return t('span.minutes', { n: Math.round(seconds / 60) })
  if (seconds < 129_600) return t('span.hours', { n: Math.round((seconds / 3600) * 10) / 10 })
  return t('span.days', { n: Math.round(seconds / 86_400) })
}

export function When({ iso }: { iso: string | null }) {
  if (iso === null) return <span>{t('app.never')}</span>
  return (
    <time dateTime={iso} title={new Date(iso).toLocaleString()}>
      {ago(iso)}
    </time>
  )
}
