// The places of a project's data, side by side: versions, profile, import.

import { t } from '../../i18n'
import { Link } from '../router'
import { paths } from '../routes'
import { useSession } from '../session'
import './data-places.css'

const PLACES = [
  { name: 'dataset', title: 'data.versions', needs: 'read_models' },
  { name: 'profile', title: 'data.profile', needs: 'export' },
  { name: 'import', title: 'data.import', needs: 'add_items' },
] as const

export type DataPlace = (typeof PLACES)[number]['name']

export function DataPlaces({ project, current }: { project: string; current: DataPlace }) {
  const { can } = useSession()
  return (
    <nav className="data-places" aria-label={t('data.places')}>
      {PLACES.filter((place) => can(place.needs)).map((place) => (
        <Link key={place.name} to={paths[place.name](project)} aria-current={place.name === current ? 'page' : undefined}>
          {t(place.title)}
        </Link>
      ))}
    </nav>
  )
}
