// The one-time address /login#CODE, and a field for a token where there is no such address.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { api, ApiError } from '../../api/client'
import { connections } from '../../api/connections'
import { t } from '../../i18n'
import { Button, Mark, TextInput, toastError, Waiting } from '../../ui'
import { navigate } from '../router'
import { paths } from '../routes'
import './login.css'

/** Trying a code or a token, whether it comes from the address or from the field. */
function useEntry() {
  const client = useQueryClient()
  const [checking, setChecking] = useState(location.hash.length > 1)
  const [problem, setProblem] = useState<string | null>(null)
  const tried = useRef('')

  const enter = async (job: Promise<void>) => {
    setChecking(true)
    setProblem(null)
    try {
      await job
      client.removeQueries({ queryKey: ['me'] })
      const after = sessionStorage.getItem('handloom.after-login')
      sessionStorage.removeItem('handloom.after-login')
      navigate(after ?? paths.start(), { replace: true })
    } catch (error) {
      setChecking(false)
      if (error instanceof ApiError && error.status === 401) setProblem(t('login.failed'))
      else setProblem(error instanceof ApiError && error.code === 'network' ? t('app.network') : (error as Error).message)
    }
  }

  useEffect(() => {
    document.title = `${t('login.title')} · ${t('app.name')}`
    const take = () => {
      const code = location.hash.slice(1)
      if (!code || code === tried.current) return
      tried.current = code
      // The code leaves the address bar, and with it the history, before anything else happens.
      history.replaceState(null, '', location.pathname)
      void enter(api.login(decodeURIComponent(code)))
    }
    take()
    window.addEventListener('hashchange', take)
    return () => window.removeEventListener('hashchange', take)
  })

  return { checking, problem, setProblem, enter }
}

/** The way in by a provider of identities, where the server has one. */
export function SignIn({ invitation }: { invitation: string | null }) {
  const ways = useQuery({ queryKey: ['ways'], queryFn: connections.ways, retry: false, staleTime: 60_000 })
  const [busy, setBusy] = useState(false)
  const [problem] = useState(() => new URLSearchParams(location.search).get('problem'))
  const provider = ways.data?.provider
  if (!provider) return null

  const go = async () => {
    setBusy(true)
    try {
      location.assign((await connections.away(invitation)).address)
    } catch (error) {
      setBusy(false)
      toastError(error)
    }
  }
  return (
    <div className="stack">
      {problem ? (
        <p className="login-problem" role="alert">
          {t(problem === 'uninvited' || problem === 'unreachable' ? `login.problem.${problem}` : 'login.problem.refused')}
        </p>
      ) : null}
      <Button onClick={() => void go()} loading={busy}>
        {t('login.signIn', { name: provider.label })}
      </Button>
      <p className="login-or dim small">{t('login.or')}</p>
    </div>
  )
}

export default function Login() {
  const { checking, problem, setProblem, enter } = useEntry()
  const [token, setToken] = useState('')

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const entered = token.trim()
    const code = entered.includes('#') ? entered.slice(entered.indexOf('#') + 1) : entered
    if (!code) setProblem(t('login.empty'))
    else void enter(code.startsWith('hl_') ? api.loginWithToken(code) : api.login(code))
  }

  return (
    <main className="login">
      <div className="login-card panel">
        <div className="login-mark">
          <Mark size={44} />
          <div>
            <span className="login-name">{t('app.name')}</span>
            <span className="dim">{t('login.slogan')}</span>
          </div>
        </div>
        <h1>{t('login.title')}</h1>
        {checking ? (
          <Waiting what={t('login.checking')} />
        ) : (
          <>
            <SignIn invitation={null} />
            <form className="stack" onSubmit={submit}>
              <p>{t('login.text')}</p>
              <TextInput
                label={t('login.token')}
                description={t('login.tokenHelp')}
                value={token}
                onChange={(event) => setToken(event.currentTarget.value)}
                error={problem}
                autoComplete="off"
                spellCheck={false}
                data-autofocus
              />
              <Button type="submit">{t('login.go')}</Button>
              <p className="dim small">{t('login.how')}</p>
            </form>
          </>
        )}
      </div>
    </main>
  )
}
