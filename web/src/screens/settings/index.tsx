// What is asked, how it is explained, and how the loop runs.

import { t } from '../../i18n'
import { Failed, Page, SegmentedControl, Tabs, Waiting } from '../../ui'
import { useProject, useTask } from '../data'
import { NotAllowed } from '../parts/not-allowed'
import { useQueryState } from '../router'
import { useSession } from '../session'
import { ConnectionsTab } from './connections'
import { GuidelinesTab } from './guidelines'
import { MergingTab } from './merging'
import { ProjectTab } from './project'
import { TaskTab } from './task'
import './settings.css'

const TABS = ['task', 'guidelines', 'project', 'merging', 'connections'] as const
/** Tabs about one task; the others are about the whole project. */
const OF_TASK: readonly string[] = ['task', 'guidelines']

export default function Settings({ project: name }: { project: string }) {
  const { can } = useSession()
  const project = useProject(name)
  const [task, setTask] = useTask(project.data)
  const [query, change] = useQueryState()
  const tab = TABS.find((one) => one === query.get('tab')) ?? 'task'
  if (!can('change_project') && !can('write_guidelines')) {
    return <NotAllowed title={t('settings.title')} />
  }
  const tasks = project.data?.tasks ?? []
  return (
    <Page
      title={t('settings.title')}
      aside={
        tasks.length > 1 && task && OF_TASK.includes(tab) ? (
          <SegmentedControl size="xs" aria-label={t('settings.task')} value={task.name} data={tasks.map((one) => one.name)} onChange={setTask} />
        ) : null
      }
    >
      {project.error ? <Failed error={project.error} retry={() => void project.refetch()} /> : null}
      {!project.data && !project.error ? <Waiting /> : null}
      {project.data ? (
        <Tabs value={tab} onChange={(value) => change({ tab: value === 'task' ? null : value })} keepMounted={false}>
          <Tabs.List>
            {TABS.filter((one) => one !== 'connections' || can('manage_webhooks')).map((one) => (
              <Tabs.Tab key={one} value={one}>
                {t(`settings.tab.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="task" pt="lg">
            {task ? <TaskTab key={task.id} project={name} task={task} /> : null}
          </Tabs.Panel>
          <Tabs.Panel value="guidelines" pt="lg">
            {task ? <GuidelinesTab key={task.id} project={name} task={task} /> : null}
          </Tabs.Panel>
          <Tabs.Panel value="project" pt="lg">
            <ProjectTab project={project.data} />
          </Tabs.Panel>
          <Tabs.Panel value="merging" pt="lg">
            <MergingTab project={project.data} />
          </Tabs.Panel>
          <Tabs.Panel value="connections" pt="lg">
            <ConnectionsTab project={name} />
          </Tabs.Panel>
        </Tabs>
      ) : null}
    </Page>
  )
}
