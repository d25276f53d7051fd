import { describe, expect, it } from 'vitest'
import { histogram, shade, short } from '../../src/screens/profile/marks'
import { KEY, LABEL, META, ofField, roles, withRole } from '../../src/screens/import/columns'

describe('a histogram', () => {
  it('fills its box and counts what lies beyond', () => {
    const found = histogram({ edges: [0, 1, 2], counts: [2, 4], below: 1, above: 3 }, 100, 50)
    expect(found.n).toBe(10)
    expect(found.bars.map((bar) => bar.height)).toEqual([25, 50])
    expect(found.bars[1]?.x).toBeGreaterThan(50)
  })
  it('says whole numbers where its bars stand around them', () => {
    const found = histogram({ edges: [0.5, 1.5, 2.5], counts: [1, 0], below: 0, above: 0 }, 100, 50)
    expect([found.low, found.high]).toEqual([1, 2])
    expect(found.bars[1]?.height).toBe(0)
  })
})

describe('a shade', () => {
  it('keeps text readable', () => {
    expect([shade(0), shade(0.5), shade(1), shade(7)]).toEqual([0, 23, 45, 45])
  })
  it('has short numbers beside it', () => {
    expect([short(1234567), short(1234), short(0.123456), short(7)]).toEqual(['1.23 M', '1,234', '0.123', '7'])
  })
})

describe('roles of columns', () => {
  const columns = ['id', 'title', 'body', 'kind']
  const guess = { fields: { text: ['body'] }, label: 'kind', key: 'id' }
  it('are those of the guess, the others meta', () => {
    expect(roles(columns, guess)).toEqual({ id: KEY, title: META, body: ofField('text'), kind: LABEL })
  })
  it('join columns of one field in the order of the file', () => {
    expect(withRole(columns, guess, 'title', ofField('text')).fields).toEqual({ text: ['title', 'body'] })
  })
  it('give a label to one column only', () => {
    const now = withRole(columns, guess, 'title', LABEL)
    expect([now.label, roles(columns, now).kind]).toEqual(['title', META])
  })
})
