// Measures how long a question had somebody's attention.

import { useEffect, useRef } from 'react'
import { systemClock } from '../../core/clock'
import { Stopwatch } from '../../core/stopwatch'

const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'scroll'] as const

/** A stopwatch that starts anew with each question shown, and stands still while the page is hidden. */
export function useAttention(shown: string, startAt: number): { read(): number } {
  const watch = useRef<{ shown: string; watch: Stopwatch } | null>(null)
  if (watch.current?.shown !== shown) watch.current = { shown, watch: new Stopwatch(systemClock, startAt) }
  useEffect(() => {
    const touch = () => watch.current?.watch.touch()
    const turn = () => (document.hidden ? watch.current?.watch.pause() : watch.current?.watch.resume())
    for (const sign of SIGNS) document.addEventListener(sign, touch, { passive: true, capture: true })
    document.addEventListener('visibilitychange', turn)
    return () => {
      for (const sign of SIGNS) document.removeEventListener(sign, touch, { capture: true })
      document.removeEventListener('visibilitychange', turn)
    }
  }, [])
  return { read: () => watch.current?.watch.read() ?? 0 }
}
