// Draws an item: its pictures large, its text readable, everything else small below.

import type { ItemView } from '../../core/shapes'
import type { Ctx } from '../contract'
import { h } from '../dom'

interface ImageField {
  blob: string
  width?: number
  height?: number
}

const TINY = 128
const LONG_TEXT = 700
const SHORT_TEXT = 90

export function imagesOf(item: ItemView): ImageField[] {
  return Object.values(item.data).filter(isImage)
}

function isImage(value: unknown): value is ImageField {
  return typeof value === 'object' && value !== null && typeof (value as ImageField).blob === 'string'
}

export function showItem(item: ItemView, ctx: Ctx): HTMLElement {
  const box = h('div', { class: 'hl-item' })
  const rest: [string, string][] = []
  const words = Object.entries(item.data).filter(([, value]) => typeof value === 'string') as [string, string][]
  const main = words.find(([name]) => name === 'text') ?? words.toSorted((a, b) => b[1].length - a[1].length)[0]
  for (const image of imagesOf(item)) box.append(picture(image, item, ctx))
  for (const [name, value] of Object.entries(item.data)) {
    if (isImage(value) || name === main?.[0]) continue
    rest.push([name, typeof value === 'string' ? value : JSON.stringify(value)])
  }
  if (main) box.append(passage(main[1], ctx))
  if (rest.length > 0) {
    const list = h('dl', { class: 'hl-fields' })
    for (const [name, value] of rest) list.append(h('div', {}, h('dt', {}, name), h('dd', { dir: 'auto' }, value)))
    box.append(list)
  }
  return box
}

function passage(text: string, ctx: Ctx): HTMLElement {
  const size = text.length <= SHORT_TEXT ? 'short' : text.length <= LONG_TEXT ? 'middle' : 'long'
  const region = size === 'long' ? { tabindex: 0, role: 'region', 'aria-label': ctx.t('choice.text') } : {}
  return h('div', { class: `hl-passage hl-${size}`, dir: 'auto', ...region }, text || ctx.t('choice.emptyText'))
}

function picture(image: ImageField, item: ItemView, ctx: Ctx): HTMLElement {
  // The decoded element itself is put on the page, so that no frame shows an empty box.
  const fetched = ctx.media.ready(image.blob)
  const element = fetched ?? h('img', { src: ctx.media.address(image.blob) })
  element.alt = ctx.t('choice.imageAlt', { item: item.key ?? item.id })
  element.draggable = false
  const width = image.width ?? element.naturalWidth
  const height = image.height ?? element.naturalHeight
  const tiny = width > 0 && Math.max(width, height) <= TINY
  element.className = tiny ? 'hl-picture hl-pixels' : 'hl-picture'
  if (width > 0 && height > 0) element.style.setProperty('--ratio', String(width / height))
  return h('figure', { class: 'hl-figure' }, element)
}
