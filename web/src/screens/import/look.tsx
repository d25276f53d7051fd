// A file before anything of it is stored: what it is taken for, its columns, the items that it makes, its labels.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, type Reading } from '../../api/client'
import type { Task, Upload } from '../../api/types'
import { t } from '../../i18n'
import { Alert, Button, bytes, Chip, count, Panel, Select, toast, toastError } from '../../ui'
import { useSession } from '../session'
import { KEY, LABEL, META, ofField, roles, SPLIT, withRole } from './columns'

const ENCODINGS = ['utf-8', 'cp1252', 'latin-1', 'utf-16', 'utf-16-le', 'utf-16-be', 'gb18030', 'shift_jis']

interface LookProps {
  project: string
  task: Task
  found: Upload
  reading: Reading
  busy: boolean
  onReading(reading: Reading): void
  onForget(): void
  onStart(): void
}

export function Look({ project, task, found, reading, busy, onReading, onForget, onStart }: LookProps) {
  const { preview } = found
  const unknown = found.labels.filter((one) => !one.known)
  return (
    <div className={busy ? 'stack import-busy' : 'stack'} aria-busy={busy}>
      <Panel
        title={found.name}
        aside={
          <span className="row">
            <Button variant="default" onClick={onForget}>
              {t('import.other')}
            </Button>
            <Button onClick={onStart} disabled={busy || preview.problem !== null || preview.records.length === 0}>
              {t('import.start')}
            </Button>
          </span>
        }
      >
        <p className="row">
          <Chip tone="accent">{preview.format}</Chip>
          <span className="dim num">{bytes(found.bytes)}</span>
          {preview.encoding ? <Chip>{preview.encoding.mark ? t('import.marked', { name: preview.encoding.name }) : preview.encoding.name}</Chip> : null}
          {preview.delimiter ? <Chip>{t('import.delimiter', { mark: preview.delimiter === '\t' ? 'Tab' : preview.delimiter })}</Chip> : null}
        </p>
        {preview.encoding?.advice || reading.encoding ? (
          <Select
            className="import-encoding"
            label={t('import.encoding')}
            description={preview.encoding?.advice}
            data={ENCODINGS}
            value={reading.encoding ?? preview.encoding?.name ?? null}
            onChange={(encoding) => onReading({ ...reading, encoding })}
          />
        ) : null}
        {preview.problem ? (
          <Alert color="red" variant="light" title={t('import.problem')}>
            {preview.problem}
          </Alert>
        ) : null}
      </Panel>
      {preview.columns.length > 0 ? <Columns task={task} found={found} onReading={(columns) => onReading({ ...reading, columns })} /> : null}
      <Records found={found} />
      {found.labels.length > 0 ? <Labels project={project} task={task} found={found} unknown={unknown.map((one) => one.label)} onKnown={() => onReading({ ...reading })} /> : null}
      {preview.bad.length > 0 ? (
        <Panel title={t('import.bad', { n: preview.bad.length })}>
          <ul className="import-bad">
            {preview.bad.map((one) => (
              <li key={one.line}>
                <span className="num">{t('import.line', { n: one.line })}</span> <code>{one.code}</code> {one.message}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
    </div>
  )
}

function Columns({ task, found, onReading }: { task: Task; found: Upload; onReading(columns: NonNullable<Reading['columns']>): void }) {
  const kinds = useQuery({ queryKey: ['kinds'], queryFn: api.kinds, staleTime: Infinity })
  const { columns, rows, guess } = found.preview
  const fields = Object.keys(kinds.data?.find((one) => one.kind === task.kind)?.fields ?? {})
  const wanted = guess ?? { fields: {} }
  const now = roles(columns, wanted)
  const names = [...new Set([...fields, ...Object.keys(wanted.fields)])]
  const choices = [
    ...names.map((name) => ({ value: ofField(name), label: t('import.role.field', { name }) })),
    { value: LABEL, label: t('import.role.label', { task: task.name }) },
    { value: KEY, label: t('import.role.key') },
    { value: SPLIT, label: t('import.role.split') },
    { value: META, label: t('import.role.meta') },
  ]
  return (
    <Panel title={t('import.columns', { n: columns.length })}>
      <p className="dim small">{t('import.columnsHelp')}</p>
      <div className="table-box import-columns" tabIndex={0} role="region" aria-label={t('import.rows')}>
        <table className="table">
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col" data-used={now[name] !== META}>
                  <span className="import-column" dir="auto">
                    {name}
                  </span>
                  <Select
                    size="xs"
                    aria-label={t('import.roleOf', { column: name })}
                    data={choices}
                    value={now[name] ?? META}
                    allowDeselect={false}
                    comboboxProps={{ width: 220, position: 'bottom-start' }}
                    onChange={(role) => role && onReading(withRole(columns, wanted, name, role))}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, k) => (
              <tr key={k}>
                {columns.map((name) => (
                  <td key={name} dir="auto" data-used={now[name] !== META}>
                    <span className="import-cell">{words(row[name])}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {guess && Object.keys(guess.reasons).length > 0 ? (
        <ul className="import-reasons dim small">
          {Object.entries(guess.reasons).map(([name, reason]) => (
            <li key={name}>
              <strong>{name}</strong>: {reason}
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  )
}

function Records({ found }: { found: Upload }) {
  const { records } = found.preview
  if (records.length === 0) return null
  return (
    <Panel title={t('import.items')}>
      <div className="table-box" tabIndex={0} role="region" aria-label={t('import.tableOf', { title: t('import.items') })}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('import.lineHead')}</th>
              <th scope="col">{t('import.content')}</th>
              <th scope="col">{t('import.labelHead')}</th>
              <th scope="col">{t('import.metaHead')}</th>
            </tr>
          </thead>
          <tbody>
            {records.slice(0, 5).map((one) => (
              <tr key={one.line}>
                <td>{one.line}</td>
                <td dir="auto">
                  <span className="import-cell import-wide">{Object.values(one.data).map(words).join(' · ')}</span>
                </td>
                <td>
                  {Object.entries(one.labels).map(([task, value]) => (
                    <Chip key={task} tone="accent">
                      {words(value)}
                    </Chip>
                  ))}
                </td>
                <td>
                  <span className="import-cell dim small">{Object.keys(one.meta).length > 0 ? words(one.meta) : ''}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function Labels({ project, task, found, unknown, onKnown }: { project: string; task: Task; found: Upload; unknown: string[]; onKnown(): void }) {
  const { can } = useSession()
  const client = useQueryClient()
  const add = async () => {
    try {
      await api.addLabels(project, task.name, [...task.labels, ...unknown])
      await client.invalidateQueries({ queryKey: ['project', project] })
      await client.invalidateQueries({ queryKey: ['upload', found.id] })
      toast(t('import.labelsAdded', { n: unknown.length }))
      onKnown()
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <Panel title={t('import.labels', { n: found.labels.length })}>
      <p className="import-labels">
        {found.labels.map((one) => (
          <Chip key={one.label} tone={one.known ? 'good' : 'bad'} title={t(one.known ? 'import.labelKnown' : 'import.labelUnknown')}>
            {one.label} {count(one.rows)}
          </Chip>
        ))}
      </p>
      {unknown.length > 0 ? (
        <div className="row import-unknown">
          <p>{t('import.unknown', { n: unknown.length, task: task.name })}</p>
          {can('change_project') ? (
            <Button size="xs" variant="default" onClick={() => void add()}>
              {t('import.addLabels', { n: unknown.length })}
            </Button>
          ) : null}
        </div>
      ) : null}
    </Panel>
  )
}

function words(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
