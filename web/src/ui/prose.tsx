// Guidelines as people write them: headings, lists, bold and code. Built as elements, never as markup from a string.

import type { ReactNode } from 'react'

const INLINE = /(\*\*[^*]+\*\*|`[^`]+`)/

function inline(text: string): ReactNode[] {
  return text.split(INLINE).map((part, i) => {
    if (part.startsWith('**') && part.endsWith('**') && part.length > 4) return <strong key={i}>{part.slice(2, -2)}</strong>
    if (part.startsWith('`') && part.endsWith('`') && part.length > 2) return <code key={i}>{part.slice(1, -1)}</code>
    return part
  })
}

const isBullet = (line: string) => /^\s*[-*]\s+/.test(line)

export function Prose({ text, level = 3 }: { text: string; level?: 3 | 4 }) {
  const blocks: ReactNode[] = []
  const Heading = `h${level}` as 'h3' | 'h4'
  for (const [i, block] of text.trim().split(/\n\s*\n/).entries()) {
    let words: string[] = []
    let points: string[] = []
    const flush = (key: string) => {
      if (words.length > 0) blocks.push(<p key={`p${key}`}>{inline(words.join('\n'))}</p>)
      if (points.length > 0) {
        blocks.push(<ul key={`u${key}`}>{points.map((point, n) => <li key={n}>{inline(point)}</li>)}</ul>)
      }
      words = []
      points = []
    }
    for (const [n, line] of block.split('\n').entries()) {
      const heading = /^#{1,4}\s+(.*)$/.exec(line)
      if (heading) {
        flush(`${i}-${n}`)
        blocks.push(<Heading key={`h${i}-${n}`}>{inline(heading[1] ?? '')}</Heading>)
      } else if (isBullet(line)) {
        if (words.length > 0) flush(`${i}-${n}`)
        points.push(line.replace(/^\s*[-*]\s+/, ''))
      } else {
        if (points.length > 0) flush(`${i}-${n}`)
        words.push(line)
      }
    }
    flush(`${i}-end`)
  }
  return (
    <div className="prose" dir="auto">
      {blocks}
    </div>
  )
}
