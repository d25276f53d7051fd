// Chooses a project, or goes to the only one.

import { useEffect } from 'react'
import { t } from '../i18n'
import { count, Empty, Failed, Mark, Page, Waiting } from '../ui'
import { useProjects } from './data'
import { Link, navigate } from './router'
import { paths } from './routes'
import './start.css'

export default function Start() {
  const projects = useProjects()
  const list = projects.data?.projects
  const only = list?.length === 1 ? list[0] : undefined
  useEffect(() => {
    if (only) navigate(paths.home(only.name), { replace: true })
  }, [only])
  return (
    <main>
      <Page title={<span className="start-title"><Mark />{t('projects.title')}</span>}>
        {projects.error ? <Failed error={projects.error} retry={() => void projects.refetch()} /> : null}
        {!list && !projects.error ? <Waiting /> : null}
        {list?.length === 0 ? (
          <Empty title={t('projects.none')}>
            <p>{t('projects.noneText')}</p>
          </Empty>
        ) : null}
        <ul className="start-list">
          {list?.map((project) => (
            <li key={project.id}>
              <Link to={paths.home(project.name)} className="panel start-card">
                <h2>{project.name}</h2>
                <p className="dim">{project.tasks.map((task) => task.name).join(', ')}</p>
                <p className="num small">
                  {t('projects.items', { n: project.counts.items })} · {t('projects.labels', { n: project.counts.labels })}
                </p>
                {project.counts.open > 0 ? <p className="start-open">{t('projects.open', { n: project.counts.open })}</p> : null}
              </Link>
            </li>
          ))}
        </ul>
        <p className="hidden-text" role="status">{list ? count(list.length) : ''}</p>
      </Page>
    </main>
  )
}
