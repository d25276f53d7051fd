// What each person is good at, and how that went over time: one person at a time, by their name.

import { useState } from 'react'
import type { Member } from '../../api/types'
import { t } from '../../i18n'
import { Interval, Panel, percent, Select } from '../../ui'
import { Classes } from '../parts/classes'
import { Trend } from '../parts/trend'

export function Skills({ rows }: { rows: readonly Member[] }) {
  const known = rows.filter((one) => one.classes.length > 0)
  const [chosen, choose] = useState<string | null>(null)
  const one = known.find((member) => member.id === chosen) ?? known[0]
  if (!one) return null
  return (
    <Panel title={t('skill.title')}>
      <Select
        className="team-skill-of"
        label={t('skill.of')}
        data={known.map((member) => ({ value: member.id, label: member.name }))}
        value={one.id}
        allowDeselect={false}
        onChange={choose}
      />
      {one.skill ? (
        <p>
          {t('mine.accuracy')} <Interval {...one.skill.accuracy} />
        </p>
      ) : null}
      <Trend points={one.periods} name={t('skill.periods', { name: one.name })} show={(value) => percent(value, 0)} />
      <p className="dim small">{t('skill.help')}</p>
      <Classes found={one.classes} />
    </Panel>
  )
}
