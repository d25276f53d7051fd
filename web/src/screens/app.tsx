import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react'
import { ApiError } from '../api/client'
import { t } from '../i18n'
import { Button, Empty, Page, Toasts, UiProvider, Waiting } from '../ui'
import { Link, useRoute } from './router'
import { paths, type RouteName } from './routes'
import { SessionProvider } from './session'
import { Shell } from './shell'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // A refusal stays a refusal; only what may pass is tried again.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
})

interface ScreenProps {
  project: string
  id: string
}

const screens: Partial<Record<RouteName, ComponentType<ScreenProps>>> = {
  home: lazy(() => import('./home')),
  label: lazy(() => import('./label')),
  mine: lazy(() => import('./mine')),
  decide: lazy(() => import('./decide')),
  decision: lazy(() => import('./decide')),
  items: lazy(() => import('./items')),
  item: lazy(() => import('./items/item')),
  map: lazy(() => import('./map')),
  dataset: lazy(() => import('./dataset')),
  profile: lazy(() => import('./profile')),
  import: lazy(() => import('./import')),
  review: lazy(() => import('./review')),
  classes: lazy(() => import('./classes')),
  grid: lazy(() => import('./grid')),
  quality: lazy(() => import('./quality')),
  team: lazy(() => import('./team')),
  settings: lazy(() => import('./settings')),
}
const Start = lazy(() => import('./start'))
const Login = lazy(() => import('./login'))
const Join = lazy(() => import('./join'))

function Screen() {
  const route = useRoute()
  if (route.name === 'login') return <Login />
  if (route.name === 'join') return <Join />
  const Inside = screens[route.name]
  return (
    <SessionProvider>
      {route.name === 'start' ? (
        <Start />
      ) : Inside && route.project ? (
        <Shell project={route.project}>
          <Suspense fallback={<Waiting />}>
            <Inside key={route.project} project={route.project} id={route.id ?? ''} />
          </Suspense>
        </Shell>
      ) : (
        <Lost />
      )}
    </SessionProvider>
  )
}

function Lost() {
  return (
    <main>
      <Page title={t('app.notFound')}>
        <Empty title={t('app.notFoundText')}>
          <Link to={paths.start()}>{t('app.goHome')}</Link>
        </Empty>
      </Page>
    </main>
  )
}

/** A fault in one screen leaves a way on, and a word about what is safe. */
class Safety extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <main>
        <Page title={t('app.crashed')}>
          <Empty title={error.message}>
            <p>{t('app.crashedText')}</p>
            <Button onClick={() => location.reload()}>{t('app.reload')}</Button>
          </Empty>
        </Page>
      </main>
    )
  }
}

export function App() {
  return (
    <UiProvider>
      <QueryClientProvider client={client}>
        <Safety>
          <Suspense fallback={<Waiting />}>
            <Screen />
          </Suspense>
        </Safety>
        <Toasts />
      </QueryClientProvider>
    </UiProvider>
  )
}
