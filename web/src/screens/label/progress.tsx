// How far one is today, and how fast. Only ever one's own numbers.

import { useEffect, useState } from 'react'
import { t } from '../../i18n'
import { CheckIcon, CloudIcon } from '../../ui'

/** Answers today: what the server counted when the screen opened, and those given since. */
export function useToday(counted: number | undefined) {
  const [base, setBase] = useState<number | null>(null)
  const [given, setGiven] = useState(0)
  useEffect(() => {
    if (counted !== undefined) setBase((before) => before ?? counted - given)
  }, [counted, given])
  return { count: Math.max(counted ?? 0, (base ?? 0) + given), add: () => setGiven((n) => n + 1) }
}

interface ProgressProps {
  today: number
  pace: number | null
  open: number | null
  unsent: number
}

export function Progress({ today, pace, open, unsent }: ProgressProps) {
  return (
    <ul className="desk-progress num">
      <li title={t('label.todayTip')} className="desk-today">
        <strong>{t('label.today', { n: today })}</strong>
      </li>
      {pace !== null ? <li title={t('label.paceTip')}>{t('label.pace', { seconds: pace.toFixed(1) })}</li> : null}
      {open !== null ? <li title={t('label.leftTip')}>{t('label.left', { n: open })}</li> : null}
      <li title={t('label.unsentTip')} className={unsent > 0 ? 'desk-unsent' : 'desk-sent'} data-unsent={unsent}>
        {unsent > 0 ? <CloudIcon size={16} /> : <CheckIcon size={16} />}
        {unsent > 0 ? t('label.unsent', { n: unsent }) : t('label.saved')}
      </li>
    </ul>
  )
}
