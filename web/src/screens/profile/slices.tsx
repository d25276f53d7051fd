// Slices of the data: saved predicates, and how classes fall into them.

import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import type { Heat } from '../../api/types'
import { t } from '../../i18n'
import { Button, count, Panel, percent, TextInput, toast, toastError } from '../../ui'
import { useProject } from '../data'
import { Link } from '../router'
import { paths } from '../routes'
import { useSession } from '../session'
import { shade } from './marks'

const WIDE = 12

interface SlicesProps {
  project: string
  heat: Heat | null
  classes: readonly { label: string; rows: number }[]
  rows: number
  linked: boolean
}

export function Slices({ project, heat, classes, rows, linked }: SlicesProps) {
  const { can } = useSession()
  const found = useProject(project)
  const saved = found.data?.settings.slices ?? []
  return (
    <Panel title={t('profile.slices', { n: saved.length })}>
      <p className="dim small">{t('profile.slicesHelp')}</p>
      {heat && heat.slices.length > 0 ? <HeatMap heat={heat} classes={classes} rows={rows} project={project} linked={linked} /> : null}
      {can('change_project') ? <Editor project={project} saved={saved} /> : null}
    </Panel>
  )
}

function HeatMap({ heat, classes, rows, project, linked }: { heat: Heat; classes: SlicesProps['classes']; rows: number; project: string; linked: boolean }) {
  const labels = heat.labels.slice(0, WIDE)
  const total = classes.reduce((sum, one) => sum + one.rows, 0)
  const everything = classes.slice(0, WIDE).map((one) => one.rows)
  const items = (slice: string, label?: string) =>
    `${paths.items(project)}?slice=${encodeURIComponent(slice)}${label === undefined ? '' : `&label=${encodeURIComponent(label)}`}`
  return (
    <div className="table-box heat" tabIndex={0} role="region" aria-label={t('profile.heat')}>
      <table className="table">
        <caption className="hidden-text">{t('profile.heat')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('profile.slice')}</th>
            <th scope="col" className="num">{t('profile.n')}</th>
            {labels.map((label) => (
              <th key={label} scope="col" className="heat-label" dir="auto">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('profile.everything')}</th>
            <td className="num">{count(rows)}</td>
            {everything.map((n, k) => (
              <Cell key={labels[k]} n={n} of={total} />
            ))}
          </tr>
          {heat.slices.map((one) => (
            <tr key={one.name}>
              <th scope="row">
                {linked ? <Link to={items(one.name)}>{one.name}</Link> : one.name}
                <span className="heat-where dim small">{one.predicate}</span>
              </th>
              <td className="num">{count(one.rows)}</td>
              {labels.map((label, k) => {
                const inside = one.by_label.reduce((sum, n) => sum + n, 0)
                return <Cell key={label} n={one.by_label[k] ?? 0} of={inside} />
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {heat.labels.length > WIDE ? <p className="dim small heat-more">{t('profile.moreClasses', { n: heat.labels.length - WIDE })}</p> : null}
    </div>
  )
}

function Cell({ n, of }: { n: number; of: number }) {
  const share = of > 0 ? n / of : 0
  return (
    <td className="heat-cell num" style={{ background: `color-mix(in srgb, var(--hl-accent) ${shade(share)}%, transparent)` }}>
      <span>{count(n)}</span> <span className="small">{of > 0 ? percent(share, 0) : ''}</span>
    </td>
  )
}

function Editor({ project, saved }: { project: string; saved: readonly { name: string; where: string }[] }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [where, setWhere] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const store = async (slices: { name: string; where: string }[]) => {
    await api.changeSettings(project, { slices })
    await client.invalidateQueries({ queryKey: ['project', project] })
    await client.invalidateQueries({ queryKey: ['profile', project] })
  }
  const add = async (event: FormEvent) => {
    event.preventDefault()
    const added = { name: name.trim(), where: where.trim() }
    if (!added.name || !added.where) return
    try {
      await store([...saved.filter((one) => one.name !== added.name), added])
      setName('')
      setWhere('')
      setProblem(null)
      toast(t('profile.sliceSaved', { name: added.name }))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <form className="slice-form" onSubmit={(event) => void add(event)}>
        <TextInput label={t('profile.sliceName')} value={name} maxLength={80} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput
          className="grow"
          label={t('profile.sliceWhere')}
          placeholder={t('profile.sliceExample')}
          value={where}
          maxLength={5000}
          error={problem}
          onChange={(event) => setWhere(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!name.trim() || !where.trim()}>
          {t('profile.sliceAdd')}
        </Button>
      </form>
      {saved.length > 0 ? (
        <ul className="slice-list">
          {saved.map((one) => (
            <li key={one.name}>
              <strong>{one.name}</strong> <code>{one.where}</code>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={t('profile.sliceRemoveNamed', { name: one.name })}
                onClick={() => void store(saved.filter((other) => other.name !== one.name)).catch(toastError)}
              >
                {t('profile.sliceRemove')}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  )
}
