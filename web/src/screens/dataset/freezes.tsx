// What refuses changes: frozen by whom, since when and why, and how it is thawed.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { curation, type Freeze, type Frozen } from '../../api/curation'
import type { Task } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, Empty, Failed, Modal, Panel, SegmentedControl, Select, Textarea, TextInput, toast, toastError, Waiting, When } from '../../ui'
import { useSession } from '../session'

const WHATS: readonly Frozen[] = ['branch', 'slice', 'task', 'project']

export const useFreezes = (project: string) => useQuery({ queryKey: ['freezes', project], queryFn: () => curation.freezes(project) })

/** What keeps a branch of a task from changing. */
export const holding = (freezes: readonly Freeze[], task: string, branch: string): Freeze[] =>
  freezes.filter(
    (one) => one.thawed === null && (one.what === 'project' || (one.task === task && (one.what === 'task' || (one.what === 'branch' && one.name === branch)))),
  )

export function Freezes({ project, task, branches }: { project: string; task: Task; branches: readonly string[] }) {
  const { can } = useSession()
  const found = useFreezes(project)
  const [asking, setAsking] = useState(false)
  const now = found.data?.filter((one) => one.thawed === null) ?? []
  const past = found.data?.filter((one) => one.thawed !== null) ?? []
  return (
    <Panel title={t('freeze.title')} aside={can('change_project') ? <Button size="xs" onClick={() => setAsking(true)}>{t('freeze.open')}</Button> : null}>
      <p className="dim">{t('freeze.text')}</p>
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {found.isPending ? <Waiting /> : null}
      {found.data && now.length === 0 ? (
        <Empty title={t('freeze.none')}>
          <p>{t('freeze.noneText')}</p>
        </Empty>
      ) : null}
      <ul className="freezes">
        {now.map((one) => (
          <Line key={one.id} project={project} one={one} />
        ))}
      </ul>
      {past.length > 0 ? (
        <>
          <h3 className="freezes-past">{t('freeze.past')}</h3>
          <ul className="freezes">
            {past.map((one) => (
              <Line key={one.id} project={project} one={one} />
            ))}
          </ul>
        </>
      ) : null}
      <FreezeDialog opened={asking} onClose={() => setAsking(false)} project={project} task={task} branches={branches} />
    </Panel>
  )
}

/** One line: what is frozen, who did it, when and why; the way back for whoever may. */
export function Line({ project, one }: { project: string; one: Freeze }) {
  const { can } = useSession()
  const [asking, setAsking] = useState(false)
  return (
    <li className="freeze" data-thawed={one.thawed !== null}>
      <span className="row">
        <Chip tone={one.thawed ? 'plain' : 'accent'}>{t(one.thawed ? 'freeze.thawed' : 'freeze.frozen')}</Chip>
        <strong>{nameOf(one)}</strong>
        <code>{one.id}</code>
        {one.items === null ? null : <span className="dim small num">{t('freeze.items', { n: one.items })}</span>}
      </span>
      <p dir="auto">{one.reason}</p>
      <p className="dim small">
        {t('freeze.by', { who: one.actor.name })} <When iso={one.created} />
        {one.thawed && one.thawed_by ? (
          <>
            {' · '}
            {t('freeze.thawedBy', { who: one.thawed_by.name })} <When iso={one.thawed} />: {one.thaw_reason}
          </>
        ) : null}
      </p>
      {one.thawed === null && can('change_project') ? (
        <div className="row">
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>
            {t('freeze.thaw')}
          </Button>
        </div>
      ) : null}
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('freeze.thawWhat', { what: nameOf(one) })} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <Why label={t('freeze.thawWhy')} action={t('freeze.thaw')} run={(why) => curation.thaw(project, one.id, why)} done={t('freeze.isThawed')} onDone={() => setAsking(false)} />
      </Modal>
    </li>
  )
}

export const nameOf = (one: Freeze): string => t(`freeze.of.${one.what}`, { name: one.name ?? '', task: one.task ?? '' })

interface FreezeDialogProps {
  project: string
  task: Task
  branches: readonly string[]
  branch?: string
  opened: boolean
  onClose(): void
}

export function FreezeDialog({ opened, onClose, ...rest }: FreezeDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={t('freeze.open')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Asking {...rest} onDone={onClose} />
    </Modal>
  )
}

function Asking({ project, task, branches, branch = 'main', onDone }: Omit<FreezeDialogProps, 'opened' | 'onClose'> & { onDone(): void }) {
  const [what, setWhat] = useState<Frozen>('branch')
  const [on, setOn] = useState(branch)
  const [where, setWhere] = useState('')
  const name = what === 'branch' ? on : what === 'slice' ? where.trim() : null
  return (
    <div className="stack">
      <SegmentedControl fullWidth aria-label={t('freeze.what')} value={what} data={WHATS.map((one) => ({ value: one, label: t(`freeze.what.${one}`) }))} onChange={(one) => setWhat(one as Frozen)} />
      <p className="dim small">{t(`freeze.help.${what}`, { task: task.name })}</p>
      {what === 'branch' ? <Select label={t('dataset.branch')} data={[...branches]} value={on} allowDeselect={false} onChange={(name) => name && setOn(name)} /> : null}
      {what === 'slice' ? <TextInput label={t('profile.sliceWhere')} placeholder={t('profile.sliceExample')} value={where} maxLength={1000} spellCheck={false} onChange={(event) => setWhere(event.currentTarget.value)} /> : null}
      <Why
        label={t('freeze.why')}
        action={t('freeze.do')}
        blocked={name === ''}
        run={(why) => curation.freeze(project, what, task.name, name, why)}
        done={t('freeze.isFrozen')}
        onDone={onDone}
      />
    </div>
  )
}

interface WhyProps {
  label: string
  action: string
  blocked?: boolean
  run(why: string): Promise<unknown>
  done: string
  onDone(): void
}

/** A reason, and the button that acts on it. */
function Why({ label, action, blocked = false, run, done, onDone }: WhyProps) {
  const client = useQueryClient()
  const [why, setWhy] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!why.trim() || blocked) return
    setBusy(true)
    try {
      await run(why.trim())
      await client.invalidateQueries({ queryKey: ['freezes'] })
      toast(done)
      onDone()
    } catch (error) {
      toastError(error)
      setBusy(false)
    }
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <Textarea label={label} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={2000} autosize minRows={2} data-autofocus />
      <Button type="submit" disabled={!why.trim() || blocked} loading={busy}>
        {action}
      </Button>
    </form>
  )
}
