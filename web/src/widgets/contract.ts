// What a widget is: a plain module that draws a question into an element and says what was answered.
// It knows no React and no server. Built-in widgets and those of plug-ins are the same thing to the screens.

import type { KeyBinding } from '../core/keymap'
import type { Params } from '../core/messages'
import type { Question } from '../core/shapes'

export const API_VERSION = 1

export type Translate = (id: string, params?: Params) => string

/** Images by content digest. */
export interface Media {
  address(digest: string): string
  /** The image, already decoded, when it was fetched ahead. */
  ready(digest: string): HTMLImageElement | undefined
}

export interface Ctx {
  question: Question
  /** What was entered before: a draft, or the answer that an undo came back to. */
  initial?: unknown
  /** Nothing can be changed, for instance while looking at an old decision. */
  readonly: boolean
  /** Keys that belong to the screen; the same list that `keys` was given. */
  reserved: readonly string[]
  /** A new value; with `commit` it is also the person's answer. */
  emit(value: unknown, options?: { commit?: boolean }): void
  t: Translate
  media: Media
}

export interface Handle {
  /** Shows another question of the same widget, or the same one with other surroundings. */
  update(ctx: Ctx): void
  /** Runs one of the actions that `keys` has named. */
  press(action: string): void
  focus(): void
  destroy(): void
}

export interface WidgetModule {
  widget: string
  apiVersion: typeof API_VERSION
  /** The widget's keys for this question; none of `reserved`, which belong to the screen. */
  keys(question: Question, reserved: readonly string[], t: Translate): KeyBinding[]
  /** Digests of the images that the question shows. */
  media(question: Question): string[]
  mount(element: HTMLElement, ctx: Ctx): Handle
}
