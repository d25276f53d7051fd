// What needs a second, better look: conflicts that an expert settles, and random samples of each person's work.

import { useProject } from '../data'
import { t } from '../../i18n'
import { SegmentedControl } from '../../ui'
import Label from '../label'
import { NotAllowed } from '../parts/not-allowed'
import { useQueryState } from '../router'
import { useSession } from '../session'
import { Samples } from './samples'
import './review.css'

export default function Review({ project }: { project: string }) {
  const { can } = useSession()
  const [query, change] = useQueryState()
  const found = useProject(project)
  const settles = can('answer_expert')
  const samples = can('review')
  if (!settles && !samples) return <NotAllowed title={t('nav.review')} />
  const view = query.get('view') === 'samples' || !settles ? 'samples' : 'conflicts'
  const views =
    settles && samples ? (
      <SegmentedControl
        size="xs"
        aria-label={t('nav.review')}
        value={view}
        data={[
          { value: 'conflicts', label: t('review.conflicts') },
          { value: 'samples', label: t('review.samples') },
        ]}
        onChange={(wanted) => change({ view: wanted === 'samples' ? wanted : null })}
      />
    ) : null
  if (view === 'conflicts') return <Label project={project} lane="expert" aside={views} />
  return <Samples project={project} tasks={found.data?.tasks ?? []} aside={views} />
}
