// What data tests found in a version.

import type { DataTest } from '../../api/types'
import { t } from '../../i18n'
import { Chip, count } from '../../ui'
import { Link } from '../router'
import { paths } from '../routes'

const TONES: Record<string, 'bad' | 'suggest' | 'plain'> = { error: 'bad', warning: 'suggest', info: 'plain' }
const SHOWN = 8

export function Tests({ project, results }: { project: string; results: readonly DataTest[] }) {
  if (results.length === 0) return <p className="dim">{t('request.noTests')}</p>
  return (
    <ul className="dataset-tests">
      {results.map((one) => (
        <li key={`${one.test} ${one.into ?? ''}`}>
          <span className="row">
            <strong>{one.test}</strong>
            {one.required ? <Chip tone="hollow">{t('request.required')}</Chip> : null}
            {one.severity ? (
              <Chip tone={one.blocks ? 'bad' : (TONES[one.severity] ?? 'plain')}>
                {one.severity}, {t('request.found', { n: count(one.count) })}
              </Chip>
            ) : (
              <Chip tone="good">{t('request.nothing')}</Chip>
            )}
          </span>
          {one.required && one.severity === 'error' && !one.blocks ? <p className="dim small">{t('request.known')}</p> : null}
          {one.findings.map((finding, i) => (
            <div key={i} className="dataset-finding">
              <p>{finding.message}</p>
              {finding.items.length > 0 ? (
                <p className="row small">
                  {finding.items.slice(0, SHOWN).map((item) => (
                    <Link key={item} to={paths.item(project, item)}>
                      {item}
                    </Link>
                  ))}
                  {finding.items.length > SHOWN ? <span className="dim">…</span> : null}
                </p>
              ) : null}
            </div>
          ))}
        </li>
      ))}
    </ul>
  )
}
