// The settings of a project, each with what it means.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Project, Settings } from '../../api/types'
import { t } from '../../i18n'
import { NumberInput, Panel, Select, Switch } from '../../ui'
import { SaveBar, useDraft } from './draft'
import { HeuristicField } from './heuristic'

type NumberName = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings]
type Field =
  | { kind: 'number'; name: NumberName; min: number; max: number; step?: number }
  | { kind: 'share'; name: NumberName }
  | { kind: 'switch'; name: 'suggestions' | 'auto' | 'balance' | 'model_backs' }
  | { kind: 'strategy'; name: 'strategy' }

const GROUPS: [string, Field[]][] = [
  ['select', [
    { kind: 'strategy', name: 'strategy' },
    { kind: 'number', name: 'batch', min: 1, max: 1000 },
    { kind: 'switch', name: 'balance' },
    { kind: 'share', name: 'random_share' },
    { kind: 'share', name: 'test_share' },
  ]],
  ['ask', [
    { kind: 'number', name: 'overlap', min: 1, max: 20 },
    { kind: 'number', name: 'lease_seconds', min: 10, max: 86_400 },
    { kind: 'switch', name: 'suggestions' },
    { kind: 'share', name: 'blind_share' },
    { kind: 'switch', name: 'model_backs' },
    { kind: 'number', name: 'hour_costs', min: 0, max: 1e9, step: 0.5 },
  ]],
  ['train', [
    { kind: 'switch', name: 'auto' },
    { kind: 'number', name: 'retrain_after', min: 1, max: 100_000 },
    { kind: 'number', name: 'release_margin', min: -1, max: 1, step: 0.005 },
    { kind: 'number', name: 'decision_days', min: 1, max: 365 },
  ]],
  ['monitor', [
    { kind: 'share', name: 'sample_random' },
    { kind: 'share', name: 'sample_uncertain' },
  ]],
]

export function ProjectTab({ project }: { project: Project }) {
  const draft = useDraft(project)
  const { values, set, may } = draft
  return (
    <div className="stack">
      {may ? null : <p className="dim">{t('settings.readonly')}</p>}
      {GROUPS.map(([group, fields]) => (
        <Panel key={group} title={t(`settings.group.${group}`)}>
          <div className="settings-fields">
            {fields.map((field) => (
              <FieldInput key={field.name} field={field} values={values} set={set} disabled={!may} />
            ))}
          </div>
        </Panel>
      ))}
      <Panel title={t('settings.heuristic')}>
        <HeuristicField value={values.heuristic} labels={[...new Set(project.tasks.flatMap((task) => task.labels))]} disabled={!may} onChange={(heuristic) => set({ heuristic })} />
      </Panel>
      <SaveBar draft={draft} />
    </div>
  )
}

interface FieldProps {
  field: Field
  values: Settings
  disabled: boolean
  set(change: Partial<Settings>): void
}

function FieldInput({ field, values, disabled, set }: FieldProps) {
  const common = { label: t(`settings.${field.name}`), description: t(`settings.${field.name}.help`), disabled }
  if (field.kind === 'switch') {
    return <Switch {...common} checked={values[field.name]} onChange={(event) => set({ [field.name]: event.currentTarget.checked })} />
  }
  if (field.kind === 'strategy') return <StrategyField value={values.strategy} common={common} set={set} />
  const share = field.kind === 'share'
  const value = values[field.name]
  const decimals = !share && (field.step ?? 1) < 1
  return (
    <NumberInput
      {...common}
      value={share ? Math.round(value * 1000) / 10 : value}
      min={share ? 0 : field.min}
      max={share ? 100 : field.max}
      step={share ? 1 : (field.step ?? 1)}
      allowDecimal={share || decimals}
      suffix={share ? ' %' : ''}
      onChange={(wanted) => typeof wanted === 'number' && set({ [field.name]: share ? wanted / 100 : wanted })}
    />
  )
}

function StrategyField({ value, common, set }: { value: string; common: object; set: FieldProps['set'] }) {
  const known = useQuery({ queryKey: ['strategies'], queryFn: api.strategies, staleTime: Infinity }).data ?? []
  const names = known.map((one) => one.name)
  const data = names.includes(value) ? names : [value, ...names]
  const help = known.find((one) => one.name === value)?.help
  return (
    <Select
      {...common}
      {...(help ? { description: `${value}: ${help}.` } : {})}
      data={data}
      value={value}
      searchable
      allowDeselect={false}
      onChange={(strategy) => strategy && set({ strategy })}
    />
  )
}
