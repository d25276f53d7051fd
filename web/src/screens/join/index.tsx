// The address of an invitation, /join#CODE: a name, and one is in.

import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { api } from '../../api/client'
import { t } from '../../i18n'
import { Button, Mark, TextInput } from '../../ui'
import { SignIn } from '../login'
import { navigate } from '../router'
import { paths } from '../routes'
import '../login/login.css'

export default function Join() {
  const client = useQueryClient()
  const [code] = useState(() => decodeURIComponent(location.hash.slice(1)))
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  useEffect(() => {
    document.title = `${t('join.title')} · ${t('app.name')}`
    // Whoever looks over a shoulder or into the history finds no code.
    history.replaceState(null, '', location.pathname)
  }, [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    if (!wanted) {
      setProblem(t('team.nameWanted'))
      return
    }
    setBusy(true)
    try {
      await api.join(code, wanted)
      client.clear()
      navigate(paths.start(), { replace: true })
    } catch (error) {
      setBusy(false)
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }

  return (
    <main className="login">
      <div className="login-card panel">
        <div className="login-mark">
          <Mark size={44} />
        </div>
        <h1>{t('join.title')}</h1>
        {code ? (
          <form className="stack" onSubmit={(event) => void submit(event)}>
            <SignIn invitation={code} />
            <TextInput label={t('join.name')} description={t('join.nameHelp')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem} maxLength={100} data-autofocus autoFocus />
            <Button type="submit" loading={busy}>
              {t('join.enter')}
            </Button>
          </form>
        ) : (
          <p>{t('join.noCode')}</p>
        )}
      </div>
    </main>
  )
}
