// Which colour a point has, and what the colours mean.

import { ASKED, BULK, type Colours, NONE, SEVERAL, TEST } from './points'

export type ColourBy = 'label' | 'predicted' | 'uncertainty' | 'state'
export const COLOUR_BY: readonly ColourBy[] = ['label', 'predicted', 'uncertainty', 'state']

export type State = 'unlabelled' | 'asked' | 'labelled' | 'bulk' | 'test'
const STATES: readonly State[] = ['unlabelled', 'asked', 'labelled', 'bulk', 'test']

/** A line of the legend: its colour, and a label of the task, or a word that the screen knows. */
export interface Entry {
  shade: number
  colour: string
  label: string | null
  word: 'nothing' | 'none' | 'several' | 'sure' | 'unsure' | State | null
  count: number
}

export interface Shades {
  shade: Uint8Array
  /** Colours as #rrggbb, by number. */
  colours: string[]
  legend: Entry[]
}

/** Labels with a colour of their own; further ones share them in turn. */
export const OWN = 240
const STEPS = 8

const GREY = { light: '#b9b5aa', dark: '#565a68' }
const PLAIN = { light: '#6b6f7d', dark: '#9a9dac' }

/** Colours that differ: hues by the golden angle, in three lightnesses; the first ones picked to be told apart by most people. */
const FIRST = {
  light: ['#3b6fd4', '#d1611b', '#14865a', '#b3389b', '#8a6d00', '#0f8a9d', '#c2334d', '#6a4fc3', '#5f8a1e', '#8d5a3a'],
  dark: ['#7aa7ff', '#ffa05c', '#4fd09a', '#ee86d8', '#e0c14a', '#52d3e6', '#ff8598', '#b39dff', '#a9d65c', '#d2a283'],
}

export function labelColour(k: number, dark: boolean): string {
  const first = FIRST[dark ? 'dark' : 'light']
  const own = first[k]
  if (own) return own
  const hue = (k * 137.508) % 360
  const light = (dark ? [70, 80, 62] : [42, 34, 52])[k % 3] ?? 50
  return hsl(hue, k % 2 ? 62 : 46, light)
}

function hsl(h: number, s: number, l: number): string {
  const a = (s / 100) * Math.min(l / 100, 1 - l / 100)
  const part = (n: number) => {
    const k = (n + h / 30) % 12
    return Math.round(255 * (l / 100 - a * Math.max(-1, Math.min(k - 3, 9 - k, 1)))).toString(16).padStart(2, '0')
  }
  return `#${part(0)}${part(8)}${part(4)}`
}

/** From sure to unsure. */
const RAMP = {
  light: ['#d8d4c8', '#cfc59f', '#d6b36a', '#dd9c3c', '#dc7f26', '#d15f20', '#bb3d20', '#93231f'],
  dark: ['#3a3e4c', '#56513f', '#7a6438', '#a17a35', '#c98f3c', '#e9a354', '#ffb977', '#ffd3a8'],
}

export function shadesOf(colours: Colours, by: ColourBy, labels: readonly string[], dark: boolean): Shades {
  const scheme = dark ? 'dark' : 'light'
  if (by === 'uncertainty') {
    const shade = Uint8Array.from(colours.uncertainty, (value) => (value * STEPS) >> 8)
    const used = [...RAMP[scheme]]
    const ends = [0, STEPS - 1].map((k) => ({ shade: k, colour: used[k] ?? '', label: null, word: k ? 'unsure' : 'sure', count: counted(shade, k) }) as Entry)
    return { shade, colours: used, legend: ends }
  }
  if (by === 'state') return byState(colours, scheme)
  return byLabel(by === 'label' ? colours.label : colours.predicted, labels, dark)
}

function byState(colours: Colours, scheme: 'light' | 'dark'): Shades {
  const shade = new Uint8Array(colours.n)
  for (let k = 0; k < colours.n; k++) {
    const flags = colours.flags[k] ?? 0
    if (flags & TEST) shade[k] = 4
    else if (colours.label[k]) shade[k] = flags & BULK ? 3 : 2
    else shade[k] = flags & ASKED ? 1 : 0
  }
  const first = FIRST[scheme]
  const used = [GREY[scheme], first[4] ?? '', first[0] ?? '', first[3] ?? '', first[2] ?? '']
  const legend = STATES.map((word, k) => ({ shade: k, colour: used[k] ?? '', label: null, word, count: counted(shade, k) }))
  return { shade, colours: used, legend }
}

function byLabel(numbers: Uint16Array, labels: readonly string[], dark: boolean): Shades {
  const scheme = dark ? 'dark' : 'light'
  const shade = new Uint8Array(numbers.length)
  const counts = new Uint32Array(labels.length)
  const others = { nothing: 0, none: 0, several: 0 }
  for (let k = 0; k < numbers.length; k++) {
    const number = numbers[k]!
    if (number === 0) others.nothing++
    else if (number === NONE || number === SEVERAL) {
      shade[k] = 1
      others[number === NONE ? 'none' : 'several']++
    } else {
      shade[k] = 2 + ((number - 1) % OWN)
      if (number <= labels.length) counts[number - 1]!++
    }
  }
  const used = [GREY[scheme], PLAIN[scheme], ...labels.slice(0, OWN).map((_, k) => labelColour(k, dark))]
  const named = labels.map((label, k) => ({ shade: 2 + (k % OWN), colour: used[2 + (k % OWN)] ?? '', label, word: null, count: counts[k] ?? 0 }))
  const rest = (['several', 'none', 'nothing'] as const)
    .map((word) => ({ shade: word === 'nothing' ? 0 : 1, colour: used[word === 'nothing' ? 0 : 1] ?? '', label: null, word, count: others[word] }))
    .filter((entry) => entry.count > 0)
  return { shade, colours: used, legend: [...named.filter((entry) => entry.count > 0), ...rest] }
}

function counted(shade: Uint8Array, wanted: number): number {
  let n = 0
  for (const one of shade) if (one === wanted) n++
  return n
}
