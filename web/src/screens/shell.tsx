// The frame around the screens of a project: where one is, where one can go, who one is.

import { useQueryClient } from '@tanstack/react-query'
import { type ComponentType, type ReactNode, useEffect, useState } from 'react'
import { api } from '../api/client'
import { type MessageId, t } from '../i18n'
import * as ui from '../ui'
import { useOverview, useProjects } from './data'
import { KeySheet } from './keysheet'
import { Link, navigate, useRoute } from './router'
import { paths, type RouteName } from './routes'
import { appKeys, goKeys } from './keys'
import { useKeyboard, useKeys, useSession } from './session'
import './shell.css'

interface Place {
  name: 'home' | 'label' | 'decide' | 'items' | 'map' | 'dataset' | 'review' | 'classes' | 'quality' | 'team' | 'settings'
  title: MessageId
  icon: ComponentType<{ size?: number }>
  needs?: string[]
}

const PLACES: Place[] = [
  { name: 'home', title: 'nav.home', icon: ui.HomeIcon },
  { name: 'label', title: 'nav.label', icon: ui.LabelIcon, needs: ['answer_label'] },
  { name: 'decide', title: 'nav.decide', icon: ui.DecideIcon, needs: ['answer_decide'] },
  { name: 'items', title: 'nav.items', icon: ui.ItemsIcon },
  { name: 'map', title: 'nav.map', icon: ui.MapIcon, needs: ['read_answers'] },
  { name: 'dataset', title: 'nav.dataset', icon: ui.CommitIcon, needs: ['read_models'] },
  { name: 'review', title: 'nav.review', icon: ui.ReviewIcon, needs: ['answer_expert', 'review'] },
  { name: 'classes', title: 'nav.classes', icon: ui.SparkIcon, needs: ['read_answers', 'ask', 'answer_label'] },
  { name: 'quality', title: 'nav.quality', icon: ui.QualityIcon, needs: ['read_people'] },
  { name: 'team', title: 'nav.team', icon: ui.TeamIcon, needs: ['read_people'] },
  { name: 'settings', title: 'nav.settings', icon: ui.SettingsIcon, needs: ['change_project', 'write_guidelines'] },
]

const PARENT: Partial<Record<RouteName, Place['name']>> = { profile: 'dataset', import: 'dataset', decision: 'decide', item: 'items', grid: 'classes' }
const LAST_PROJECT = 'handloom.project'

export function lastProject(): string | null {
  return localStorage.getItem(LAST_PROJECT)
}

export function Shell({ project, children }: { project: string; children: ReactNode }) {
  const { can } = useSession()
  const route = useRoute()
  const [help, setHelp] = useState(false)
  const places = PLACES.filter((place) => !place.needs || place.needs.some(can))
  const current = PARENT[route.name] ?? route.name
  useKeyboard()
  useKeys(appKeys, () => setHelp(true))
  useKeys(goKeys, (id) => {
    const place = places.find((one) => one.name === id)
    if (place) navigate(paths[place.name](project))
  })
  useEffect(() => localStorage.setItem(LAST_PROJECT, project), [project])
  useEffect(() => {
    const place = PLACES.find((one) => one.name === current)
    document.title = `${place ? `${t(place.title)} · ` : ''}${project} · ${t('app.name')}`
  }, [current, project])
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t('app.skip')}
      </a>
      <aside className="side">
        <Link to={paths.start()} className="side-mark">
          <ui.Mark />
          <span>{t('app.name')}</span>
        </Link>
        <ProjectPicker project={project} />
        <nav aria-label={t('nav.main')} className="side-nav">
          {places.map((place) => (
            <PlaceLink key={place.name} place={place} project={project} current={current === place.name} />
          ))}
        </nav>
        <div className="side-foot">
          <button type="button" className="side-quiet" onClick={() => setHelp(true)} aria-keyshortcuts="?">
            <ui.KeyboardIcon size={18} />
            <span className="grow">{t('nav.keys')}</span>
            <ui.Key k="?" />
          </button>
          <Account project={project} />
        </div>
      </aside>
      <main id="content" className="content" tabIndex={-1}>
        {children}
      </main>
      <KeySheet opened={help} onClose={() => setHelp(false)} />
    </div>
  )
}

function PlaceLink({ place, project, current }: { place: Place; project: string; current: boolean }) {
  const overview = useOverview(project, null)
  const open = overview.data?.lanes.label?.open ?? 0
  const conflicts = overview.data?.lanes.expert?.open ?? 0
  const counts: Partial<Record<Place['name'], number>> = { label: open, decide: overview.data?.decisions_open, review: conflicts }
  const n = counts[place.name] ?? 0
  const key = goKeys.find((one) => one.id === place.name)?.keys[0]
  const Icon = place.icon
  return (
    <Link to={paths[place.name](project)} className="side-link" aria-current={current ? 'page' : undefined} aria-keyshortcuts={key}>
      <Icon />
      <span className="grow">{t(place.title)}</span>
      {n > 0 ? (
        <span className={place.name === 'decide' ? 'side-count side-count-hot' : 'side-count'} aria-label={t('nav.openCount', { n })}>
          {n > 999 ? '999+' : n}
        </span>
      ) : null}
      {key ? <ui.Key k={key} /> : null}
    </Link>
  )
}

function ProjectPicker({ project }: { project: string }) {
  const projects = useProjects()
  const names = (projects.data?.projects ?? []).map((one) => one.name)
  if (names.length < 2) return <p className="side-project">{project}</p>
  return (
    <ui.Select
      className="side-picker"
      aria-label={t('nav.project')}
      data={names}
      value={project}
      allowDeselect={false}
      comboboxProps={{ withinPortal: true }}
      onChange={(name) => name && navigate(paths.home(name))}
    />
  )
}

function Account({ project }: { project: string }) {
  const { me, outbox } = useSession()
  const client = useQueryClient()
  const { colorScheme, setColorScheme } = ui.useColorScheme()
  const logout = async () => {
    await api.logout().catch(ui.toastError)
    outbox.close()
    client.clear()
    navigate(paths.login())
  }
  return (
    <ui.Menu position="top-start" width={230} withinPortal>
      <ui.Menu.Target>
        <button type="button" className="side-account">
          <span className="hidden-text">{t('nav.account')}: </span>
          <span className="side-face" aria-hidden="true">
            {me.name.slice(0, 1).toUpperCase()}
          </span>
          <span className="grow side-who">
            <span>{me.name}</span>
            <span className="dim">{t(`team.role.${me.role}`)}</span>
          </span>
        </button>
      </ui.Menu.Target>
      <ui.Menu.Dropdown>
        <ui.Menu.Item leftSection={<ui.QualityIcon size={16} />} onClick={() => navigate(paths.mine(project))}>
          {t('nav.mine')}
        </ui.Menu.Item>
        <ui.Menu.Divider />
        <ui.Menu.Label>{t('nav.scheme')}</ui.Menu.Label>
        {(['light', 'dark', 'auto'] as const).map((scheme) => (
          <ui.Menu.Item
            key={scheme}
            leftSection={scheme === 'dark' ? <ui.MoonIcon size={16} /> : <ui.SunIcon size={16} />}
            rightSection={colorScheme === scheme ? <ui.CheckIcon size={16} /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`nav.${scheme}`)}
          </ui.Menu.Item>
        ))}
        <ui.Menu.Divider />
        <ui.Menu.Item onClick={() => void logout()}>{t('nav.logout')}</ui.Menu.Item>
      </ui.Menu.Dropdown>
    </ui.Menu>
  )
}
