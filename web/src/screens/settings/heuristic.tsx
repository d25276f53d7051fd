// A table of patterns: the simple rules that every model has to beat.

import type { Settings } from '../../api/types'
import { t } from '../../i18n'
import { ActionIcon, Button, PlusIcon, Select, TextInput, TrashIcon } from '../../ui'

interface HeuristicProps {
  value: Settings['heuristic']
  labels: string[]
  disabled: boolean
  onChange(value: Settings['heuristic']): void
}

export function HeuristicField({ value, labels, disabled, onChange }: HeuristicProps) {
  // A function is set from the command line or over HTTP, where whoever sets it can be asked to trust it.
  if (value && 'python' in value) {
    return (
      <p>
        {t('settings.heuristicPython')} <code>{value.python}</code>
      </p>
    )
  }
  const rules = value?.rules ?? []
  const otherwise = value?.default ?? null
  const set = (next: typeof rules, fallback: string | null) =>
    onChange(next.length === 0 && fallback === null ? null : { rules: next, default: fallback })
  return (
    <div className="stack">
      <p className="dim small">{t('settings.heuristic.help')}</p>
      {rules.length === 0 ? <p className="dim">{t('settings.heuristicNone')}</p> : null}
      {rules.map((rule, i) => (
        <div key={i} className="settings-rule">
          <TextInput
            aria-label={`${t('settings.heuristicPattern')} ${i + 1}`}
            placeholder={t('settings.heuristicPattern')}
            value={rule.pattern}
            disabled={disabled}
            onChange={(event) => set(rules.map((one, n) => (n === i ? { ...one, pattern: event.currentTarget.value } : one)), otherwise)}
          />
          <Select
            aria-label={`${t('settings.heuristicLabel')} ${i + 1}`}
            data={labels}
            value={rule.label}
            searchable={labels.length > 10}
            allowDeselect={false}
            disabled={disabled}
            onChange={(label) => label && set(rules.map((one, n) => (n === i ? { ...one, label } : one)), otherwise)}
          />
          {disabled ? null : (
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('settings.heuristicRemove', { n: i + 1 })} onClick={() => set(rules.filter((_, n) => n !== i), otherwise)}>
              <TrashIcon size={18} />
            </ActionIcon>
          )}
        </div>
      ))}
      {disabled ? null : (
        <div className="row">
          <Button variant="default" size="sm" leftSection={<PlusIcon size={16} />} onClick={() => set([...rules, { pattern: '', label: labels[0] ?? '' }], otherwise)}>
            {t('settings.heuristicAdd')}
          </Button>
          {rules.length > 0 ? (
            <Select
              size="sm"
              aria-label={t('settings.heuristicDefault')}
              placeholder={t('settings.heuristicDefault')}
              data={labels}
              value={otherwise}
              clearable
              clearButtonProps={{ 'aria-label': t('app.none') }}
              onChange={(label) => set(rules, label)}
            />
          ) : null}
        </div>
      )}
    </div>
  )
}
