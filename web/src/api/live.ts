// The server's events, one stream for each tab. A hidden tab closes its stream: browsers allow few connections
// to one server, and whoever comes back asks from where it stopped.

import { KINDS } from '../core/live'
import type { LiveEvent } from './types'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/** Calls `onEvent` for every event, and `onGap` when some may have been missed. The result ends it. */
export function listen(onEvent: (event: LiveEvent) => void, onGap: () => void): () => void {
  let source: EventSource | null = null
  let seq: number | null = null
  let wait = FIRST_WAIT_MS
  let timer: ReturnType<typeof setTimeout> | undefined

  const take = (message: MessageEvent<string>) => {
    const event = JSON.parse(message.data) as LiveEvent
    seq = event.seq
    wait = FIRST_WAIT_MS
    onEvent(event)
  }

  const open = () => {
    clearTimeout(timer)
    if (source || document.hidden) return
    if (seq === null) onGap()
    const stream = new EventSource(`/api/v1/events${seq === null ? '' : `?since=${seq}`}`)
    source = stream
    // Events carry their kind as the SSE event name, so every kind is listened to by name.
    for (const kind of KINDS) stream.addEventListener(kind, take as EventListener)
    stream.onmessage = take
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED) return
      close()
      timer = setTimeout(open, wait)
      wait = Math.min(LONGEST_WAIT_MS, wait * 2)
    }
  }

  const close = () => {
    source?.close()
    source = null
  }

  const onVisible = () => (document.hidden ? close() : open())
  document.addEventListener('visibilitychange', onVisible)
  open()
  return () => {
    document.removeEventListener('visibilitychange', onVisible)
    clearTimeout(timer)
    close()
  }
}
