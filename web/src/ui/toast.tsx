// Short messages at the edge of the screen; they go away by themselves, so nothing that must be read is only here.

import { useSyncExternalStore } from 'react'
import { Store } from '../core/store'

interface Toast {
  id: number
  text: string
  tone: 'plain' | 'bad'
}

const SHOWN_MS = 5_000
const toasts = new Store<readonly Toast[]>([])
let next = 1

export function toast(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = next++
  toasts.set([...toasts.get().slice(-2), { id, text, tone }])
  setTimeout(() => toasts.set(toasts.get().filter((one) => one.id !== id)), SHOWN_MS)
}

/** Says what went wrong with something the person has just asked for. */
export function toastError(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), 'bad')
}

export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className={`toast toast-${one.tone}`}>
          {one.text}
        </div>
      ))}
    </div>
  )
}
