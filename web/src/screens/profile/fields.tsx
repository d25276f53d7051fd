// Every field of the items: what kind it is, what is missing, how its values are spread.

import type { FieldProfile, Spread } from '../../api/types'
import { t } from '../../i18n'
import { Chip, count, Panel, percent } from '../../ui'
import { Link } from '../router'
import { paths } from '../routes'
import { histogram, short } from './marks'

const COMMON = 8

export function Fields({ fields, rows, project }: { fields: Record<string, FieldProfile>; rows: number; project: string }) {
  return (
    <Panel title={t('profile.fields', { n: Object.keys(fields).length })}>
      <div className="fields">
        {Object.entries(fields).map(([name, field]) => (
          <Field key={name} name={name} field={field} rows={rows} project={project} />
        ))}
      </div>
    </Panel>
  )
}

function Field({ name, field, rows, project }: { name: string; field: FieldProfile; rows: number; project: string }) {
  const missing = rows ? field.missing / rows : 0
  return (
    <section className="field" aria-label={name}>
      <header className="row spread">
        <h3 dir="auto">{name}</h3>
        <Chip>{t(`profile.kind.${field.kind}`)}</Chip>
      </header>
      <p className="dim small num">
        {field.different == null ? null : `${t('profile.different', { n: field.different })} · `}
        <span className={field.missing > 0 ? 'field-missing' : undefined}>{t('profile.missing', { n: count(field.missing), share: percent(missing) })}</span>
      </p>
      {field.spread ? <Histogram spread={field.spread} of={name} /> : null}
      {field.characters ? <Histogram spread={field.characters} of={`${name}, ${t('profile.characters')}`} title={t('profile.characters')} /> : null}
      {field.words ? <Histogram spread={field.words} of={`${name}, ${t('profile.words')}`} title={t('profile.words')} /> : null}
      {field.common ? <Common field={field} rows={rows} /> : null}
      {field.outliers && field.outliers.count > 0 ? (
        <p className="small">
          {t('profile.outliers', { n: field.outliers.count })}{' '}
          {field.outliers.items.slice(0, 5).map((item) => (
            <Link key={item} to={paths.item(project, item)} className="field-item">
              {item}
            </Link>
          ))}
        </p>
      ) : null}
    </section>
  )
}

function Common({ field, rows }: { field: FieldProfile; rows: number }) {
  const common = field.common ?? []
  const most = common[0]?.rows ?? 1
  const rest = rows - field.missing - common.slice(0, COMMON).reduce((sum, one) => sum + one.rows, 0)
  return (
    <ul className="bars bars-small">
      {common.slice(0, COMMON).map((one) => (
        <li key={one.value}>
          <span className="bars-name" dir="auto" title={one.value}>
            {one.value}
          </span>
          <span className="bars-track">
            <span className="bars-bar" style={{ inlineSize: `${(one.rows / most) * 100}%` }} />
          </span>
          <span className="bars-n num">{count(one.rows)}</span>
        </li>
      ))}
      {rest > 0 ? (
        <li className="dim">
          <span className="bars-name">{t('profile.others')}</span>
          <span />
          <span className="bars-n num">{count(rest)}</span>
        </li>
      ) : null}
    </ul>
  )
}

const WIDTH = 240
const HEIGHT = 64

function Histogram({ spread, of, title }: { spread: Spread; of: string; title?: string }) {
  const { bars, low, high, n } = histogram(spread.histogram, WIDTH, HEIGHT)
  const words = t('profile.histogram', { of, min: short(spread.min), median: short(spread.median), max: short(spread.max), n })
  const beyond = spread.histogram.below + spread.histogram.above
  return (
    <figure className="histogram">
      {title ? <figcaption className="small">{title}</figcaption> : null}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words} preserveAspectRatio="none">
        {bars.map((bar) => (
          <rect key={bar.x} x={bar.x} y={HEIGHT - bar.height} width={bar.width} height={bar.height}>
            <title>{bar.title}</title>
          </rect>
        ))}
        <path d={`M0 ${HEIGHT}H${WIDTH}`} />
      </svg>
      <div className="row spread dim small num">
        <span>{short(low)}</span>
        <span>{t('profile.median', { x: short(spread.median) })}</span>
        <span>{short(high)}</span>
      </div>
      {beyond > 0 ? <p className="dim small num">{t('profile.beyond', { n: beyond, min: short(spread.min), max: short(spread.max) })}</p> : null}
    </figure>
  )
}
