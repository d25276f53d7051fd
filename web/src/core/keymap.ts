// Keys and what they do. One list feeds the key handler, the caps printed on the controls, and the sheet under '?'.

export interface KeyBinding {
  /** Name of the action; the same action may have several keys. */
  id: string
  /** As `KeyboardEvent.key`, with 'Shift+' or 'Mod+' in front where that is meant ('Mod' is Ctrl, or Cmd on a Mac). */
  keys: readonly string[]
  /** What it does, in words. */
  title: string
  group: string
  /** Also works while the person types into a field. */
  inText?: boolean
}

export interface KeyPress {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
  repeat?: boolean
  /** Whether the focus is in a text field. */
  inText: boolean
}

export interface Conflict {
  key: string
  ids: string[]
}

/** Keys that more than one action wants. A test fails on any. */
export function conflicts(bindings: readonly KeyBinding[]): Conflict[] {
  const wanted = new Map<string, Set<string>>()
  for (const binding of bindings) {
    for (const key of binding.keys) {
      const ids = wanted.get(key) ?? new Set()
      wanted.set(key, ids.add(binding.id))
    }
  }
  return [...wanted].filter(([, ids]) => ids.size > 1).map(([key, ids]) => ({ key, ids: [...ids] }))
}

/** The name that a key press has in bindings. */
export function nameOf(press: KeyPress): string {
  const mod = press.ctrlKey || press.metaKey ? 'Mod+' : ''
  const letter = press.key.length === 1
  // Shift is already in the character of a printed sign ('?'), so it is named only for letters and named keys.
  const shifted = press.shiftKey && (!letter || /[a-z]/i.test(press.key))
  const key = letter && /[a-z]/i.test(press.key) ? press.key.toLowerCase() : press.key
  return mod + (shifted ? 'Shift+' : '') + key
}

type Run = (id: string) => void

/** Layers of bindings: the newest layer is asked first, so a dialog may take a key from the page below it. */
export class Keymap {
  private layers: { bindings: readonly KeyBinding[]; run: Run }[] = []

  /** Adds a layer; the result takes it away again. Throws when two of its own actions want the same key. */
  push(bindings: readonly KeyBinding[], run: Run): () => void {
    const [conflict] = conflicts(bindings)
    if (conflict) throw new Error(`key ${conflict.key} is wanted by ${conflict.ids.join(' and ')}`)
    const layer = { bindings, run }
    this.layers.push(layer)
    return () => {
      this.layers = this.layers.filter((other) => other !== layer)
    }
  }

  /** Every binding in force, newest layer first: what the sheet shows. */
  list(): KeyBinding[] {
    const taken = new Set<string>()
    const all: KeyBinding[] = []
    for (const { bindings } of [...this.layers].reverse()) {
      for (const binding of bindings) {
        const keys = binding.keys.filter((key) => !taken.has(key))
        if (keys.length > 0) all.push({ ...binding, keys })
      }
      for (const binding of bindings) for (const key of binding.keys) taken.add(key)
    }
    return all
  }

  /** Runs what the key stands for; whether it stood for anything. */
  press(press: KeyPress): boolean {
    if (press.altKey || press.repeat) return false
    const name = nameOf(press)
    for (const { bindings, run } of [...this.layers].reverse()) {
      const binding = bindings.find((one) => one.keys.includes(name))
      if (!binding) continue
      if (press.inText && !binding.inText) return false
      run(binding.id)
      return true
    }
    return false
  }
}

const CAPS: Record<string, string> = { ' ': 'Space', Enter: '↵', Escape: 'Esc', ArrowLeft: '←', ArrowRight: '→' }

/** A key as printed on its cap. */
export function cap(key: string): string {
  const parts = key.split('+')
  const last = key.endsWith('+') ? '+' : (parts.at(-1) ?? key)
  const printed = CAPS[last] ?? (last.length === 1 ? last.toUpperCase() : last)
  const shift = key.includes('Shift+') ? '⇧' : ''
  const mod = key.includes('Mod+') ? 'Ctrl ' : ''
  return mod + shift + printed
}
