// Widgets by name. Each is reached by a dynamic import, and a plug-in's module takes the same way.

import { API_VERSION, type WidgetModule } from './contract'

const builtIn: Record<string, () => Promise<{ default: WidgetModule }>> = {
  choice: () => import('./choice'),
  decision: () => import('./decision'),
  grid: () => import('./grid'),
  verdict: () => import('./verdict'),
}

const loaded = new Map<string, Promise<WidgetModule>>()

/** The widget of that name; `address` is where a plug-in serves its module, on this very server. */
export function loadWidget(name: string, address?: string | null): Promise<WidgetModule> {
  let loading = loaded.get(name)
  if (!loading) {
    loading = fetchWidget(name, address ?? null)
    // A failed load is not remembered, so that the next question may try again.
    loading.catch(() => loaded.delete(name))
    loaded.set(name, loading)
  }
  return loading
}

async function fetchWidget(name: string, address: string | null): Promise<WidgetModule> {
  const load = builtIn[name]
  if (!load && !address) throw new Error(`there is no widget '${name}', and no plug-in has brought one`)
  const module = load ? await load() : ((await import(/* @vite-ignore */ own(address ?? ''))) as { default: WidgetModule })
  const widget = module.default
  if (widget.apiVersion !== API_VERSION) {
    throw new Error(`widget '${name}' was made for version ${widget.apiVersion} of the contract; this is version ${API_VERSION}`)
  }
  return widget
}

/** Plug-in modules come from this server only: nothing on a screen asks another origin. */
function own(address: string): string {
  const url = new URL(address, document.baseURI)
  if (url.origin !== location.origin) throw new Error(`a widget may not come from ${url.origin}`)
  return url.href
}
