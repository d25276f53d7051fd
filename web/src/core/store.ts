// The smallest observable: a value that is replaced, never changed, and listeners.

export class Store<T> {
  private readonly listeners = new Set<() => void>()
  private value: T

  constructor(initial: T) {
    this.value = initial
  }

  readonly get = (): T => this.value

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  set(value: T): void {
    if (value === this.value) return
    this.value = value
    for (const listener of [...this.listeners]) listener()
  }
}
