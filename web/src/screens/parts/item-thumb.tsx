// An item in small: a picture, or the beginning of its text.

import { api } from '../../api/client'

interface ImageField {
  blob: string
  width?: number
  height?: number
}

export function imageOf(data: Record<string, unknown>): ImageField | null {
  for (const value of Object.values(data)) {
    if (typeof value === 'object' && value !== null && typeof (value as ImageField).blob === 'string') return value as ImageField
  }
  return null
}

export function textOf(data: Record<string, unknown>): string {
  if (typeof data.text === 'string') return data.text
  const texts = Object.values(data).filter((value): value is string => typeof value === 'string')
  return texts.sort((a, b) => b.length - a.length)[0] ?? ''
}

const TINY = 128

/** Decorative: whatever stands beside it names the item. */
export function ItemThumb({ data, size }: { data: Record<string, unknown>; size: number }) {
  const image = imageOf(data)
  if (!image) return <span className="thumb-text">{textOf(data).slice(0, 200)}</span>
  const tiny = Math.max(image.width ?? TINY + 1, image.height ?? 0) <= TINY
  return (
    <img
      className={tiny ? 'thumb thumb-pixels' : 'thumb'}
      src={tiny ? api.blob(image.blob) : api.blob(image.blob, Math.max(64, size * 2))}
      width={size}
      height={size}
      alt=""
      loading="lazy"
      decoding="async"
    />
  )
}
