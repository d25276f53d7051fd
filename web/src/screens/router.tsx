// The address bar as state.

import { type AnchorHTMLAttributes, type MouseEvent, useCallback, useMemo, useSyncExternalStore } from 'react'
import { match, type Route } from './routes'

const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}
window.addEventListener('popstate', tell)

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

const here = () => location.pathname + location.search

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === here() + location.hash) return
  history[options.replace ? 'replaceState' : 'pushState']({ ours: true }, '', to)
  tell()
  if (!options.replace) window.scrollTo(0, 0)
}

export function useRoute(): Route {
  const address = useSyncExternalStore(subscribe, () => location.pathname)
  return useMemo(() => match(address), [address])
}

/** The part of the address after '?'; setting a value to null or '' removes it. */
export function useQueryState(): [URLSearchParams, (change: Record<string, string | null>, options?: { push?: boolean }) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search)
  const values = useMemo(() => new URLSearchParams(search), [search])
  const change = useCallback((wanted: Record<string, string | null>, options: { push?: boolean } = {}) => {
    const next = new URLSearchParams(location.search)
    for (const [name, value] of Object.entries(wanted)) {
      if (value === null || value === '') next.delete(name)
      else next.set(name, value)
    }
    const text = next.toString()
    navigate(location.pathname + (text ? `?${text}` : ''), { replace: !options.push })
  }, [])
  return [values, change]
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string }

/** A link within the screens; a click with a modifier key opens a tab, as everywhere. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return <a href={to} onClick={go} {...rest} />
}
