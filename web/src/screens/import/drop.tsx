// Where a file is dropped or chosen.

import { type DragEvent, useId, useRef, useState } from 'react'
import { t } from '../../i18n'
import { Button, Weave } from '../../ui'

export function Drop({ onFile }: { onFile(file: File): void }) {
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const help = useId()
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file) onFile(file)
  }
  return (
    <section
      className="drop"
      data-over={over}
      aria-label={t('import.drop')}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Weave />
      <h2>{t('import.drop')}</h2>
      <Button onClick={() => input.current?.click()} aria-describedby={help}>
        {t('import.choose')}
      </Button>
      <input
        ref={input}
        className="hidden-text"
        type="file"
        tabIndex={-1}
        aria-label={t('import.choose')}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) onFile(file)
        }}
      />
      <p id={help} className="dim small">
        {t('import.formats')}
      </p>
      <p className="dim small">{t('import.nothingYet')}</p>
    </section>
  )
}
