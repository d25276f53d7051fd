// Images fetched and decoded before their question is shown.

import { api } from '../../api/client'
import type { Media } from '../../widgets/contract'

const KEPT = 60

export class FetchedMedia implements Media {
  private readonly images = new Map<string, { element: HTMLImageElement; decoded: boolean }>()

  address(digest: string): string {
    return api.blob(digest)
  }

  ready(digest: string): HTMLImageElement | undefined {
    const found = this.images.get(digest)
    return found?.decoded ? found.element : undefined
  }

  async fetch(digest: string): Promise<void> {
    if (this.images.has(digest)) return
    const entry = { element: new Image(), decoded: false }
    this.images.set(digest, entry)
    for (const old of [...this.images.keys()].slice(0, Math.max(0, this.images.size - KEPT))) this.images.delete(old)
    entry.element.src = this.address(digest)
    try {
      await entry.element.decode()
      entry.decoded = true
    } catch (error) {
      this.images.delete(digest)
      throw error
    }
  }
}
