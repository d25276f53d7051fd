// The content of items blanked for good: how many, what goes, what stays, why, and the words that say it is meant.

import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { curation, type Erased } from '../../api/curation'
import { t } from '../../i18n'
import '../../i18n/data'
import { Button, Failed, Modal, SegmentedControl, Textarea, TextInput, toastError, Waiting } from '../../ui'
import { navigate } from '../router'
import { paths } from '../routes'
import './erase.css'

const GOES = ['item', 'answers', 'predictions', 'versions', 'texts', 'files'] as const
const STAYS = ['labels', 'digests', 'models', 'outside'] as const

interface EraseProps {
  project: string
  /** The items chosen. */
  items: readonly string[]
  /** A text: all items that hold it may be meant instead of those chosen. */
  search?: string | null
  opened: boolean
  onClose(): void
}

export function EraseDialog({ opened, onClose, ...rest }: EraseProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={t('erase.title')} size="lg" closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Erase {...rest} />
    </Modal>
  )
}

function Erase({ project, items, search }: Omit<EraseProps, 'opened' | 'onClose'>) {
  const [whole, setWhole] = useState(items.length === 0)
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const what: Erased = whole && search ? { search } : { items }
  const found = useQuery({ queryKey: ['would-erase', project, what], queryFn: () => curation.wouldErase(project, what), staleTime: 0, gcTime: 0 })
  const n = found.data?.count ?? 0
  const words = t('erase.words', { n })
  const ready = n > 0 && reason.trim() !== '' && typed.trim() === words
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!ready) return
    setBusy(true)
    try {
      const made = await curation.erase(project, what, reason.trim())
      navigate(`${paths.dataset(project)}?view=erased${made.job ? `&job=${made.job.id}` : ''}`)
    } catch (error) {
      toastError(error)
      setBusy(false)
    }
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {search && items.length > 0 ? (
        <SegmentedControl
          aria-label={t('erase.which')}
          value={whole ? 'search' : 'items'}
          data={[
            { value: 'items', label: t('erase.chosen', { n: items.length }) },
            { value: 'search', label: t('erase.holding', { text: search }) },
          ]}
          onChange={(value) => setWhole(value === 'search')}
        />
      ) : null}
      {found.error ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {found.isPending ? <Waiting /> : null}
      {found.data ? (
        <p className="erase-count" role="status">
          <strong>{t('erase.count', { n })}</strong> {whole && search ? t('erase.everywhere', { text: search }) : null}
        </p>
      ) : null}
      <div className="erase-lists">
        <List title={t('erase.goes')} ids={GOES.map((one) => `erase.goes.${one}`)} />
        <List title={t('erase.stays')} ids={STAYS.map((one) => `erase.stays.${one}`)} />
      </div>
      <Textarea label={t('erase.reason')} description={t('erase.reasonHelp')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={2000} autosize minRows={1} data-autofocus />
      <TextInput label={t('erase.type', { words })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" spellCheck={false} disabled={n === 0} />
      <div className="row">
        <Button type="submit" color="red" disabled={!ready} loading={busy}>
          {t('erase.do', { n })}
        </Button>
        <span className="dim small">{t('erase.noUndo')}</span>
      </div>
    </form>
  )
}

function List({ title, ids }: { title: string; ids: readonly string[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {ids.map((id) => (
          <li key={id}>{t(id)}</li>
        ))}
      </ul>
    </section>
  )
}
