// Where drafts and unsent answers live between two page loads: a small key-value store.

export interface Keep {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown): Promise<void>
  remove(key: string): Promise<void>
  /** All values whose key starts with `prefix`, in key order. */
  list<T>(prefix: string): Promise<T[]>
}

/** Holds everything in memory: for tests, and for browsers that refuse IndexedDB (some private windows). */
export function memoryKeep(): Keep {
  const values = new Map<string, unknown>()
  return {
    get: async <T>(key: string) => structuredClone(values.get(key)) as T | undefined,
    set: async (key, value) => void values.set(key, structuredClone(value)),
    remove: async (key) => void values.delete(key),
    list: async <T>(prefix: string) =>
      [...values.keys()]
        .filter((key) => key.startsWith(prefix))
        .sort()
        .map((key) => structuredClone(values.get(key)) as T),
  }
}

const STORE = 'kept'

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** IndexedDB under the database `name`. A write is resolved when its transaction is complete, not before. */
export async function indexedKeep(name: string, factory: IDBFactory = indexedDB): Promise<Keep> {
  const opening = factory.open(name, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await done(opening)

  function write(change: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, 'readwrite')
      transaction.oncomplete = () => resolve()
      transaction.onerror = () => reject(transaction.error)
      transaction.onabort = () => reject(transaction.error)
      change(transaction.objectStore(STORE))
    })
  }

  const read = () => database.transaction(STORE, 'readonly').objectStore(STORE)
  return {
    get: <T>(key: string) => done<T | undefined>(read().get(key)),
    set: (key, value) => write((store) => store.put(value, key)),
    remove: (key) => write((store) => store.delete(key)),
    list: <T>(prefix: string) => {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`, false, true)
      return done<T[]>(read().getAll(range))
    },
  }
}
