// Puts a widget, which is no React, into a React screen.

import { type RefObject, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import type { KeyBinding } from '../../core/keymap'
import type { Question } from '../../core/shapes'
import { t } from '../../i18n'
import { Failed, Waiting } from '../../ui'
import type { Ctx, Handle, Media, WidgetModule } from '../../widgets/contract'
import { loadWidget } from '../../widgets/registry'
import { useKeys } from '../session'

export interface HostProps {
  question: Question
  initial?: unknown
  readonly?: boolean
  media: Media
  reserved: readonly string[]
  onEmit(value: unknown, commit: boolean): void
  handle?: RefObject<Handle | null>
  /** Changes when the same question is shown anew. */
  serial?: number
}

const noMedia: Media = { address: (digest) => digest, ready: () => undefined }
export { noMedia }

/** The module of the question's widget, loaded once and then at hand at once. */
function useWidget(name: string) {
  const [loaded, setLoaded] = useState<{ name: string; module?: WidgetModule; error?: unknown }>({ name: '' })
  useEffect(() => {
    let ended = false
    loadWidget(name).then(
      (module) => !ended && setLoaded({ name, module }),
      (error: unknown) => !ended && setLoaded({ name, error }),
    )
    return () => {
      ended = true
    }
  }, [name])
  return loaded.name === name ? loaded : { name }
}

export function WidgetHost(props: HostProps) {
  const { module, error } = useWidget(props.question.widget)
  if (error) return <Failed error={error} />
  if (!module) return <Waiting />
  return <Mounted key={props.question.widget} {...props} module={module} />
}

function Mounted({ module, question, initial, readonly = false, media, reserved, onEmit, handle, serial }: HostProps & { module: WidgetModule }) {
  const place = useRef<HTMLDivElement>(null)
  const inner = useRef<Handle | null>(null)
  const emit = useRef(onEmit)
  emit.current = onEmit
  const [keys, setKeys] = useState<{ signature: string; bindings: KeyBinding[] }>({ signature: '', bindings: [] })

  // Before paint, so that the frame after a key press already shows the next question.
  useLayoutEffect(() => {
    if (!place.current) return
    const ctx: Ctx = {
      question,
      initial,
      readonly,
      reserved,
      media,
      t,
      emit: (value, options) => emit.current(value, options?.commit ?? false),
    }
    if (inner.current) inner.current.update(ctx)
    else inner.current = module.mount(place.current, ctx)
    if (readonly) return
    const bindings = module.keys(question, reserved, t)
    const signature = JSON.stringify(bindings)
    // The same keys as before cost no second render.
    setKeys((before) => (before.signature === signature ? before : { signature, bindings }))
    // `initial` belongs to the moment of showing; a draft that changes later comes from the widget itself.
  }, [module, question, readonly, reserved, media, serial])

  useEffect(
    () => () => {
      inner.current?.destroy()
      inner.current = null
    },
    [],
  )
  useImperativeHandle(handle, () => ({
    update: (ctx) => inner.current?.update(ctx),
    press: (action) => inner.current?.press(action),
    focus: () => inner.current?.focus(),
    destroy: () => undefined,
  }))
  useKeys(readonly ? null : keys.bindings, (id) => inner.current?.press(id))
  return <div ref={place} className="widget" data-question={question.id} />
}
