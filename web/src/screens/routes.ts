// Every view is an address. This is the list of them.

export type RouteName =
  | 'start' | 'login' | 'join' | 'home' | 'label' | 'mine' | 'decide' | 'decision' | 'items' | 'item' | 'map' | 'dataset' | 'profile' | 'import' | 'review' | 'classes' | 'grid' | 'quality'
  | 'team' | 'settings' | 'unknown'

export interface Route {
  name: RouteName
  project: string | null
  /** The question of a decision, or the item. */
  id: string | null
}

const PATTERNS: [RouteName, RegExp][] = [
  ['start', /^\/$/],
  ['login', /^\/login\/?$/],
  ['join', /^\/join\/?$/],
  ['home', /^\/p\/([^/]+)\/?$/],
  ['label', /^\/p\/([^/]+)\/label\/?$/],
  ['mine', /^\/p\/([^/]+)\/mine\/?$/],
  ['decide', /^\/p\/([^/]+)\/decide\/?$/],
  ['decision', /^\/p\/([^/]+)\/decide\/([^/]+)\/?$/],
  ['items', /^\/p\/([^/]+)\/items\/?$/],
  ['item', /^\/p\/([^/]+)\/items\/([^/]+)\/?$/],
  ['map', /^\/p\/([^/]+)\/map\/?$/],
  ['dataset', /^\/p\/([^/]+)\/data\/?$/],
  ['profile', /^\/p\/([^/]+)\/data\/profile\/?$/],
  ['import', /^\/p\/([^/]+)\/data\/import\/?$/],
  ['review', /^\/p\/([^/]+)\/review\/?$/],
  ['classes', /^\/p\/([^/]+)\/classes\/?$/],
  ['grid', /^\/p\/([^/]+)\/grid\/?$/],
  ['quality', /^\/p\/([^/]+)\/quality\/?$/],
  ['team', /^\/p\/([^/]+)\/team\/?$/],
  ['settings', /^\/p\/([^/]+)\/settings\/?$/],
]

export function match(path: string): Route {
  for (const [name, pattern] of PATTERNS) {
    const found = pattern.exec(path)
    if (!found) continue
    const [, project, id] = found
    return { name, project: project ? decodeURIComponent(project) : null, id: id ? decodeURIComponent(id) : null }
  }
  return { name: 'unknown', project: null, id: null }
}

const at = encodeURIComponent

export const paths = {
  start: () => '/',
  login: () => '/login',
  home: (p: string) => `/p/${at(p)}`,
  label: (p: string) => `/p/${at(p)}/label`,
  mine: (p: string) => `/p/${at(p)}/mine`,
  decide: (p: string) => `/p/${at(p)}/decide`,
  decision: (p: string, q: string) => `/p/${at(p)}/decide/${at(q)}`,
  items: (p: string) => `/p/${at(p)}/items`,
  item: (p: string, i: string) => `/p/${at(p)}/items/${at(i)}`,
  map: (p: string) => `/p/${at(p)}/map`,
  dataset: (p: string) => `/p/${at(p)}/data`,
  profile: (p: string) => `/p/${at(p)}/data/profile`,
  import: (p: string) => `/p/${at(p)}/data/import`,
  review: (p: string) => `/p/${at(p)}/review`,
  classes: (p: string) => `/p/${at(p)}/classes`,
  grid: (p: string) => `/p/${at(p)}/grid`,
  quality: (p: string) => `/p/${at(p)}/quality`,
  team: (p: string) => `/p/${at(p)}/team`,
  settings: (p: string) => `/p/${at(p)}/settings`,
}
