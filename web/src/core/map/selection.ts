// Which items are chosen: one answer for the map and the grid, and whoever wants to know when it changes.

import { Store } from '../store'

/** The value is a number that grows with every change. */
export class Selection extends Store<number> {
  readonly mask: Uint8Array
  private size = 0

  constructor(readonly n: number) {
    super(0)
    this.mask = new Uint8Array(n)
  }

  get count(): number {
    return this.size
  }

  has(place: number): boolean {
    return this.mask[place] === 1
  }

  /** Chosen places, ascending. */
  places(): Uint32Array {
    const found = new Uint32Array(this.size)
    let next = 0
    for (let k = 0; k < this.n; k++) if (this.mask[k]) found[next++] = k
    return found
  }

  /** What to do with some places: choose only them, them too, or no longer them. */
  change(how: 'replace' | 'add' | 'remove', places: ArrayLike<number>): void {
    if (how === 'replace') {
      this.mask.fill(0)
      this.size = 0
    }
    const wanted = how === 'remove' ? 0 : 1
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!
      if (place < 0 || place >= this.n || this.mask[place] === wanted) continue
      this.mask[place] = wanted
      this.size += wanted ? 1 : -1
    }
    this.set(this.get() + 1)
  }

  toggle(place: number): void {
    this.change(this.has(place) ? 'remove' : 'add', [place])
  }

  clear(): void {
    if (this.size > 0) this.change('replace', [])
  }
}
