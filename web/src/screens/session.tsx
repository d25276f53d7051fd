// Who is here, and what a page needs for as long as they are: the keep, the outbox, the keys, the events.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { api, ApiError, whenLoggedOut } from '../api/client'
import { listen } from '../api/live'
import type { LiveEvent, Me } from '../api/types'
import { systemClock } from '../core/clock'
import { indexedKeep, type Keep, memoryKeep } from '../core/keep'
import { type KeyBinding, Keymap } from '../core/keymap'
import { touched } from '../core/live'
import { Outbox } from '../core/outbox'
import { sweep } from '../core/queue'
import { Failed, Waiting } from '../ui'
import { navigate, useRoute } from './router'
import { paths } from './routes'

export const keymap = new Keymap()

type Listener = (event: LiveEvent | null) => void

export interface Session {
  me: Me
  can(action: string): boolean
  keep: Keep
  outbox: Outbox
  /** Calls back on every event of the server, and with null when some may have been missed. */
  onEvent(listener: Listener): () => void
}

const Context = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(Context)
  if (!session) throw new Error('useSession is for screens inside SessionProvider')
  return session
}

/** Events come in bursts, and a count that is a second old harms nobody: so much work is saved on the server. */
const REFRESH_MS = 1_500

export function SessionProvider({ children }: { children: ReactNode }) {
  const who = useQuery({ queryKey: ['me'], queryFn: api.me, retry: false, staleTime: 60_000 })
  const route = useRoute()
  const loggedOut = who.error instanceof ApiError && who.error.status === 401
  const [opened, setOpened] = useState<Pick<Session, 'keep' | 'outbox'> | null>(null)
  const me = who.data

  useEffect(() => {
    if (!loggedOut) return
    if (route.name !== 'start') sessionStorage.setItem('handloom.after-login', location.pathname + location.search)
    navigate(paths.login(), { replace: true })
  }, [loggedOut, route.name])

  const id = me?.id
  useEffect(() => {
    if (!id) return
    let ended = false
    let close: () => void = () => undefined
    void openSession(id).then((ready) => {
      close = ready.close
      if (ended) close()
      else setOpened(ready)
    })
    return () => {
      ended = true
      close()
      setOpened(null)
    }
  }, [id])

  const client = useQueryClient()
  useEffect(() => whenLoggedOut(() => void client.invalidateQueries({ queryKey: ['me'] })), [client])
  const onEvent = useLiveEvents(id !== undefined)
  if (loggedOut) return null
  if (who.error) return <Failed error={who.error} retry={() => void who.refetch()} />
  if (!me || !opened) return <Waiting />
  const value: Session = { ...opened, me, can: (action) => me.can.includes(action), onEvent }
  return <Context value={value}>{children}</Context>
}

async function openSession(owner: string) {
  const keep = await indexedKeep('handloom').catch(() => memoryKeep())
  void sweep(keep, systemClock.now()).catch(() => undefined)
  const outbox = new Outbox({ keep, owner, send: api.sendAnswer, clock: systemClock, random: Math.random })
  await outbox.open()
  const kick = () => outbox.kick()
  window.addEventListener('online', kick)
  const close = () => {
    window.removeEventListener('online', kick)
    outbox.close()
  }
  return { keep, outbox, close }
}

/** One stream of events for the page: makes cached answers old, and passes events on. */
function useLiveEvents(on: boolean): Session['onEvent'] {
  const client = useQueryClient()
  const listeners = useRef(new Set<Listener>())
  useEffect(() => {
    if (!on) return
    const old = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | null = null
    const refresh = () => {
      timer = null
      const names = [...old]
      old.clear()
      for (const name of names) void client.invalidateQueries({ queryKey: [name] })
    }
    const pass = (event: LiveEvent | null) => {
      for (const listener of listeners.current) listener(event)
    }
    const end = listen(
      (event) => {
        for (const name of touched(event.kind)) old.add(name)
        timer ??= setTimeout(refresh, REFRESH_MS)
        pass(event)
      },
      () => pass(null),
    )
    return () => {
      end()
      if (timer) clearTimeout(timer)
    }
  }, [on, client])
  return useRef((listener: Listener) => {
    listeners.current.add(listener)
    return () => void listeners.current.delete(listener)
  }).current
}

/** Puts keys in force for as long as the component is on screen. */
export function useKeys(bindings: readonly KeyBinding[] | null, run: (id: string) => void): void {
  const latest = useRef(run)
  latest.current = run
  useEffect(() => (bindings ? keymap.push(bindings, (id) => latest.current(id)) : undefined), [bindings])
}

const TEXT_INPUTS = new Set(['text', 'search', 'email', 'number', 'password', 'tel', 'url'])
const ACTIVATED = new Set(['BUTTON', 'A', 'SUMMARY'])

/** Listens to keys for the whole page. */
export function useKeyboard(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const target = event.target instanceof HTMLElement ? event.target : null
      const inText =
        target !== null &&
        ((target instanceof HTMLInputElement && TEXT_INPUTS.has(target.type)) ||
          target instanceof HTMLTextAreaElement ||
          target instanceof HTMLSelectElement ||
          target.isContentEditable)
      // Enter and Space on a focused button or link mean that button or link.
      if (target && ACTIVATED.has(target.tagName) && (event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey) return
      // Arrows belong to whatever widget of the kit has the focus.
      if (event.key.startsWith('Arrow') && target?.closest('[role="tablist"], [role="menu"], [role="radiogroup"], [role="listbox"]')) return
      if (document.querySelector('[role="dialog"][aria-modal="true"]') && event.key !== 'Escape') return
      const { key, ctrlKey, metaKey, altKey, shiftKey, repeat } = event
      if (keymap.press({ key, ctrlKey, metaKey, altKey, shiftKey, repeat, inText })) event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
