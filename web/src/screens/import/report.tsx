// What became of an import: counts, and every line that was refused with the reason.

import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import { t } from '../../i18n'
import { Button, count, Failed, Panel, Waiting } from '../../ui'
import { Link } from '../router'
import { paths } from '../routes'

const SHOWN = 100

export function Report({ project, id, again }: { project: string; id: string; again(): void }) {
  const report = useQuery({ queryKey: ['report', id], queryFn: () => api.importReport(id), staleTime: Infinity })
  if (report.error)
    return (
      <>
        <Failed error={report.error} />
        <div className="row">
          <Button onClick={again}>{t('import.another')}</Button>
        </div>
      </>
    )
  if (!report.data) return <Waiting />
  const { added, duplicates, rejected, rejected_total: refused, notes, file } = report.data
  const figures: [string, number, string][] = [
    ['import.added', added, 'good'],
    ['import.duplicates', duplicates, 'plain'],
    ['import.refused', refused, refused > 0 ? 'bad' : 'plain'],
  ]
  return (
    <>
      <Panel title={file}>
        <dl className="import-figures">
          {figures.map(([name, n, tone]) => (
            <div key={name} data-tone={tone}>
              <dt>{t(name)}</dt>
              <dd className="num">{count(n)}</dd>
            </div>
          ))}
        </dl>
        {notes.map((note) => (
          <p key={note} className="dim small">
            {note}
          </p>
        ))}
        <div className="row import-next">
          <Button onClick={again}>{t('import.another')}</Button>
          <Link to={paths.items(project)}>{t('nav.items')}</Link>
          <Link to={paths.profile(project)}>{t('data.profile')}</Link>
        </div>
      </Panel>
      {refused > 0 ? (
        <Panel
          title={t('import.refusedLines', { n: refused })}
          aside={
            <Button component="a" size="xs" variant="default" href={api.refusedFile(id)} download>
              {t('import.getRefused')}
            </Button>
          }
        >
          <div className="table-box" tabIndex={0} role="region" aria-label={t('import.tableOf', { title: t('import.refusedLines', { n: refused }) })}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('import.lineHead')}</th>
                  <th scope="col">{t('import.code')}</th>
                  <th scope="col">{t('import.why')}</th>
                </tr>
              </thead>
              <tbody>
                {rejected.slice(0, SHOWN).map((one, k) => (
                  <tr key={k}>
                    <td className="num">{count(one.line)}</td>
                    <td className="import-code">
                      <code>{one.code}</code>
                    </td>
                    <td>{one.message}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {refused > SHOWN ? <p className="dim small">{t('import.more', { n: refused - SHOWN })}</p> : null}
        </Panel>
      ) : null}
    </>
  )
}
