// Words by message id. Another language is another file of the same ids.

import { format, type Params } from '../core/messages'
import en from './en.json'

export type MessageId = keyof typeof en

const messages: Record<string, string> = en

/** The message in words. An id without words shows itself, which a test finds before a person does. */
export function t(id: MessageId, params?: Params): string
export function t(id: string, params?: Params): string
export function t(id: string, params?: Params): string {
  const message = messages[id]
  return message === undefined ? id : format(message, params)
}
