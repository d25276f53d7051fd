// Skill by label: of the items that are of a label, the share somebody said so of.

import type { ClassSkill } from '../../api/types'
import { t } from '../../i18n'
import { Interval } from '../../ui'
import './classes.css'

export function Classes({ found }: { found: readonly ClassSkill[] }) {
  if (found.length === 0) return null
  return (
    <div className="table-box classes" tabIndex={0} role="region" aria-label={t('skill.byLabel')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('quality.label')}</th>
            <th scope="col">{t('skill.right')}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <tr key={one.label}>
              <th scope="row">{one.label}</th>
              <td>
                <Interval {...one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
