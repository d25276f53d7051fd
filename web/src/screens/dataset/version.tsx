// One version: what it holds, what can be done with it, and how it differs from another.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import type { Commit } from '../../api/types'
import { t } from '../../i18n'
import { Button, Chip, count, Menu, Modal, Panel, Select, TextInput, toast, toastError } from '../../ui'
import { Link, useQueryState } from '../router'
import { paths } from '../routes'
import { useSession } from '../session'
import { Difference } from './difference'
import { Tests } from './tests'

interface VersionProps {
  project: string
  task: string
  branch: string
  commit: Commit
  commits: readonly Commit[]
}

type Act = 'tag' | 'branch' | 'restore' | 'undo'

export function Version({ project, task, branch, commit, commits }: VersionProps) {
  const { can } = useSession()
  const [query, change] = useQueryState()
  const [act, setAct] = useState<Act | null>(null)
  const detail = useQuery({ queryKey: ['commit', commit.id], queryFn: () => api.commit(commit.id) })
  const conflicts = detail.data?.conflicts ?? []
  const before = query.get('before') ?? commit.parents[0] ?? null
  const others = commits.filter((one) => one.id !== commit.id)
  return (
    <div className="stack">
      <Panel
        title={commit.message}
        aside={
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button size="xs" variant="default">
                {t('dataset.get')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {(['parquet', 'jsonl'] as const).map((format) => (
                <Menu.Item key={format} component="a" href={api.commitFile(commit.id, format)} download>
                  {format}
                </Menu.Item>
              ))}
              {can('export') ? <Menu.Item onClick={() => change({ export: 'new', at: commit.id })}>{t('dataset.getOther')}</Menu.Item> : null}
            </Menu.Dropdown>
          </Menu>
        }
      >
        <p className="num">
          {t('dataset.rows', { n: commit.rows, changed: count(commit.changed) })}; {t('dataset.test', { n: count(commit.test_rows) })}
        </p>
        <p className="dim small dataset-digest">
          {t('dataset.digest')}: <code>{commit.digest}</code>
        </p>
        {conflicts.length > 0 ? (
          <>
            <h3>{t('dataset.conflicts', { n: conflicts.length })}</h3>
            <ul className="dataset-conflicts">
              {conflicts.map((one) => (
                <li key={one.item}>
                  <Link to={paths.item(project, one.item)}>{one.item}</Link>
                  {one.settled ? (
                    <Chip tone="good">{t('dataset.settled')}</Chip>
                  ) : one.question ? (
                    <Link to={paths.decision(project, one.question)}>{t('nav.decide')}</Link>
                  ) : null}
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {detail.data && detail.data.results.length > 0 ? (
          <>
            <h3>{t('dataset.tests')}</h3>
            <Tests project={project} results={detail.data.results} />
          </>
        ) : null}
        {detail.data?.request ? (
          <p>
            <Link to={`${paths.dataset(project)}?request=${detail.data.request.id}`}>{t('dataset.ofRequest', { request: detail.data.request.id })}</Link>
          </p>
        ) : null}
        {can('train') ? (
          <div className="row">
            {(['tag', 'branch', 'restore'] as const).map((one) => (
              <Button key={one} size="xs" variant="default" onClick={() => setAct(one)}>
                {t(one === 'branch' ? 'dataset.branchFrom' : `dataset.${one}`)}
              </Button>
            ))}
            {commit.id === commits[0]?.id && commit.parents[0] ? (
              <Button size="xs" variant="default" onClick={() => setAct('undo')}>
                {t('dataset.undo')}
              </Button>
            ) : null}
          </div>
        ) : null}
      </Panel>
      <Select
        label={t('dataset.compare')}
        data={[
          ...(commit.parents[0] ? [{ value: commit.parents[0], label: `${commit.parents[0]}: ${t('dataset.parent')}` }] : []),
          ...others.filter((one) => one.id !== commit.parents[0]).map((one) => ({ value: one.id, label: `${one.id}: ${one.message}` })),
        ]}
        value={before}
        allowDeselect={false}
        searchable
        onChange={(id) => change({ before: id === commit.parents[0] ? null : id })}
      />
      {before ? <Difference project={project} task={task} before={before} after={commit.id} /> : <p className="dim">{t('dataset.first')}</p>}
      <Modal opened={act !== null} onClose={() => setAct(null)} title={commit.message} closeButtonProps={{ 'aria-label': t('app.close') }}>
        {act ? <Doing act={act} project={project} task={task} branch={branch} commit={commit} onDone={() => setAct(null)} /> : null}
      </Modal>
    </div>
  )
}

const ASKS: Record<Act, string> = { tag: 'dataset.tagName', branch: 'dataset.branchName', restore: 'dataset.restoreWhy', undo: 'dataset.undoWhy' }

/** The one thing that each act asks for: a name, or a reason. */
function Doing({ act, project, task, branch, commit, onDone }: Omit<VersionProps, 'commits'> & { act: Act; onDone(): void }) {
  const client = useQueryClient()
  const [, change] = useQueryState()
  const [words, setWords] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const given = words.trim()
    if (!given) return
    try {
      if (act === 'tag') await api.addTag(project, task, given, commit.id)
      if (act === 'branch') {
        await api.addBranch(project, task, given, commit.id)
        change({ branch: given, version: null })
      }
      if (act === 'restore' || act === 'undo') {
        const made = await api.restore(project, task, branch, act === 'undo' ? (commit.parents[0] ?? commit.id) : commit.id, given)
        // On main it may have to wait for data tests or people, as any other change.
        const waits = made.request && made.request.state !== 'merged' ? made.request.id : null
        toast(waits ? t('request.proposed', { request: waits }) : t('dataset.restored', { commit: made.id }))
        change(waits ? { view: 'requests', request: waits, branch: null, version: null } : { version: null })
      }
      await client.invalidateQueries({ queryKey: ['commits', project] })
      await client.invalidateQueries({ queryKey: ['branches', project] })
      onDone()
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <TextInput label={t(ASKS[act])} value={words} onChange={(event) => setWords(event.currentTarget.value)} maxLength={200} data-autofocus />
      <Button type="submit" disabled={!words.trim()}>
        {t(act === 'branch' ? 'dataset.branchFrom' : `dataset.${act}`)}
      </Button>
    </form>
  )
}
