// How changes become part of main: what merges by itself, who approves, which data tests have to pass.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import { LANDED, type Policy, type Project, type Role } from '../../api/types'
import { t, tOr } from '../../i18n'
import '../../i18n/data'
import { Failed, NumberInput, Panel, SegmentedControl, Switch, Waiting } from '../../ui'
import { type Draft, SaveBar, useDraft } from './draft'

/** Roles that may be named as deciders. */
const DECIDERS: readonly Role[] = ['engineer', 'owner']

export function MergingTab({ project }: { project: Project }) {
  const draft = useDraft(project)
  return (
    <div className="stack">
      {draft.may ? null : <p className="dim">{t('settings.readonly')}</p>}
      <Policies draft={draft} />
      <Approvals draft={draft} />
      <Tests draft={draft} />
      <SaveBar draft={draft} />
    </div>
  )
}

function Policies({ draft: { values, set, may } }: { draft: Draft }) {
  const policy = values.merge_policy
  return (
    <Panel title={t('merging.policies')}>
      <p className="dim">{t('merging.policiesHelp')}</p>
      <ul className="merging-policies">
        {LANDED.map((one) => (
          <li key={one}>
            <span>
              <strong>{t(`merging.${one}`)}</strong>
              <span className="dim small">{t(`merging.${one}.help`)}</span>
            </span>
            <SegmentedControl
              size="xs"
              aria-label={t(`merging.${one}`)}
              disabled={!may}
              value={policy[one]}
              data={(['green', 'request'] as const).map((value) => ({ value, label: t(`merging.${value}`) }))}
              onChange={(value) => set({ merge_policy: { ...policy, [one]: value as Policy } })}
            />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Approvals({ draft: { values, set, may } }: { draft: Draft }) {
  const roles = values.merge_roles
  return (
    <Panel title={t('merging.approvals')}>
      <div className="settings-fields">
        <NumberInput
          label={t('merging.quorum')}
          description={t('merging.quorumHelp')}
          disabled={!may}
          value={values.merge_quorum}
          min={1}
          max={25}
          allowDecimal={false}
          onChange={(n) => typeof n === 'number' && set({ merge_quorum: n })}
        />
        <div role="group" aria-label={t('merging.roles')} className="merging-roles">
          <span className="merging-label">{t('merging.roles')}</span>
          <span className="dim small">{t('merging.rolesHelp')}</span>
          {DECIDERS.map((role) => (
            <Switch
              key={role}
              label={t(`team.role.${role}`)}
              checked={roles.includes(role)}
              disabled={!may || (roles.length === 1 && roles.includes(role))}
              onChange={(event) => set({ merge_roles: DECIDERS.filter((one) => (one === role ? event.currentTarget.checked : roles.includes(one))) })}
            />
          ))}
        </div>
        <Switch label={t('merging.own')} description={t('merging.ownHelp')} checked={values.own_approval} disabled={!may} onChange={(event) => set({ own_approval: event.currentTarget.checked })} />
      </div>
    </Panel>
  )
}

const LEVELS = ['off', 'error', 'warning'] as const
type Level = (typeof LEVELS)[number]

const levelOf = (tests: readonly string[], name: string): Level => (tests.includes(`${name}:warning`) ? 'warning' : tests.includes(name) || tests.includes(`${name}:error`) ? 'error' : 'off')

/** The same list with this test asked for in another way; the order of the others stays. */
function withLevel(tests: readonly string[], name: string, level: Level): string[] {
  const now = level === 'warning' ? `${name}:warning` : name
  const at = tests.findIndex((one) => one.split(':', 1)[0] === name)
  if (at < 0) return level === 'off' ? [...tests] : [...tests, now]
  return level === 'off' ? tests.filter((_, i) => i !== at) : tests.map((one, i) => (i === at ? now : one))
}

function Tests({ draft: { values, set, may } }: { draft: Draft }) {
  const known = useQuery({ queryKey: ['checks'], queryFn: api.checks, staleTime: Infinity })
  return (
    <Panel title={t('merging.tests')}>
      <p className="dim">{t('merging.testsHelp')}</p>
      {known.error ? <Failed error={known.error} retry={() => void known.refetch()} /> : null}
      {known.isPending ? <Waiting /> : null}
      {known.data ? (
        <div className="table-box" tabIndex={0} role="region" aria-label={t('import.tableOf', { title: t('merging.tests') })}>
          <table className="table table-stack merging-tests">
            <thead>
              <tr>
                <th scope="col">{t('merging.test')}</th>
                <th scope="col">{t('merging.merge_tests')}</th>
                <th scope="col">{t('merging.data_tests')}</th>
              </tr>
            </thead>
            <tbody>
              {known.data.map((name) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                    <span className="dim small">{tOr(`check.${name}`, t('merging.plugin'))}</span>
                  </th>
                  {(['merge_tests', 'data_tests'] as const).map((list) => (
                    <td key={list} data-title={t(`merging.${list}`)}>
                      <SegmentedControl
                        size="xs"
                        aria-label={t('merging.testOf', { test: name, when: t(`merging.${list}`) })}
                        disabled={!may}
                        value={levelOf(values[list], name)}
                        data={LEVELS.map((value) => ({ value, label: t(`merging.level.${value}`) }))}
                        onChange={(level) => set({ [list]: withLevel(values[list], name, level as Level) })}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Panel>
  )
}
