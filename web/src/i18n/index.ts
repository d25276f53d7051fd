// Words by message id. Another language is another file of the same ids.

import { format, type Params } from '../core/messages'
import type data from './data.json'
import en from './en.json'

export type MessageId = keyof typeof en | keyof typeof data

const messages: Record<string, string> = { ...en }

/** Words that come along with the screens that use them, so that the first load does not wait for them. */
export function add(words: Record<string, string>): void {
  Object.assign(messages, words)
}

/** The message in words. An id without words shows itself, which a test finds before a person does. */
export function t(id: MessageId, params?: Params): string
export function t(id: string, params?: Params): string
export function t(id: string, params?: Params): string {
  const message = messages[id]
  return message === undefined ? id : format(message, params)
}

/** The message where there is one, as for what is built in; other words for what a plug-in brought. */
export const tOr = (id: string, otherwise: string): string => messages[id] ?? otherwise
