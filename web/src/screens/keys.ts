// The keys of every screen as plain data: a test looks for conflicts, and the '?' sheet is made of them.

import type { KeyBinding } from '../core/keymap'
import { type MessageId, t } from '../i18n'

type Line = [id: string, keys: string[], title: MessageId, inText?: boolean]

const make = (group: MessageId, lines: Line[]): KeyBinding[] =>
  lines.map(([id, keys, title, inText]) => ({ id, keys, title: t(title), group: t(group), ...(inText ? { inText } : {}) }))

/** In force on every screen. */
export const appKeys = make('keys.group.app', [['help', ['?'], 'keys.help']])

export const goKeys = make('keys.group.go', [
  ['home', ['Shift+h'], 'nav.home'],
  ['label', ['Shift+l'], 'nav.label'],
  ['decide', ['Shift+d'], 'nav.decide'],
  ['items', ['Shift+i'], 'nav.items'],
  ['map', ['Shift+m'], 'nav.map'],
  ['dataset', ['Shift+v'], 'nav.dataset'],
  ['review', ['Shift+r'], 'nav.review'],
  ['classes', ['Shift+c'], 'nav.classes'],
  ['quality', ['Shift+q'], 'nav.quality'],
  ['team', ['Shift+t'], 'nav.team'],
  ['settings', ['Shift+s'], 'nav.settings'],
])

export const labelKeys = make('keys.group.question', [
  ['skip', ['s'], 'label.skip'],
  ['unsure', ['u'], 'label.unsure'],
  ['flag', ['f'], 'label.flag'],
  ['undo', ['z'], 'label.undo'],
  ['guidelines', ['g'], 'label.guidelines'],
])

export const decideKeys = make('keys.group.page', [
  ['next', ['j'], 'decide.next'],
  ['previous', ['k'], 'decide.previous'],
])

export const itemsKeys = make('keys.group.page', [
  ['search', ['/'], 'items.search'],
  ['next', ['ArrowRight'], 'items.next'],
  ['previous', ['ArrowLeft'], 'items.previous'],
])

export const mapKeys = make('keys.group.page', [
  ['search', ['/'], 'map.search'],
  ['lasso', ['l'], 'map.tool.lasso'],
  ['move', ['m'], 'map.tool.move'],
  ['neighbours', ['n'], 'map.neighboursOf'],
  ['colour', ['c'], 'map.colourBy'],
  ['fit', ['f'], 'map.fit'],
  ['in', ['+', '='], 'map.in'],
  ['out', ['-'], 'map.out'],
  ['clear', ['Escape'], 'map.clear'],
  ['undo', ['z'], 'label.undo'],
])

/** Beside those of the map, while there is something to draw. */
export const drawKeys = make('keys.group.page', [['draw', ['d'], 'map.draw']])

export const reviewKeys = make('keys.group.page', [
  ['accept', ['a'], 'review.accept'],
  ['reject', ['x'], 'review.reject'],
])

export const classesKeys = make('keys.group.page', [['answer', ['g'], 'classes.answerKey']])

export const gridKeys = make('keys.group.question', [['undo', ['z'], 'grid.undo']])

export const requestKeys = make('keys.group.page', [
  ['next', ['j'], 'request.next'],
  ['previous', ['k'], 'request.previous'],
  ['approve', ['a'], 'request.approve'],
  ['reject', ['x'], 'request.reject'],
  ['comment', ['c'], 'request.comment'],
])

export const homeKeys = make('keys.group.page', [['train', ['t'], 'home.train']])

/** Keys that a widget may not take on this screen. */
export const keysOf = (bindings: readonly KeyBinding[]): string[] => bindings.flatMap((binding) => binding.keys)
