import { t } from '../../i18n'
import { Empty, Page } from '../../ui'
import { useSession } from '../session'

/** In place of a screen that the role may not see. */
export function NotAllowed({ title }: { title: string }) {
  const { me } = useSession()
  return (
    <Page title={title}>
      <Empty title={t('app.notAllowed')}>
        <p>{t('app.notAllowedText', { role: t(`team.role.${me.role}`) })}</p>
      </Empty>
    </Page>
  )
}
