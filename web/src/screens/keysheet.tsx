// The sheet under '?': made from the very list that the key handler uses.

import { useMemo } from 'react'
import { t } from '../i18n'
import { Key, Modal } from '../ui'
import { keymap } from './session'

export function KeySheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const groups = useMemo(() => {
    if (!opened) return []
    const found = new Map<string, ReturnType<typeof keymap.list>>()
    for (const binding of keymap.list()) found.set(binding.group, [...(found.get(binding.group) ?? []), binding])
    return [...found]
  }, [opened])
  return (
    <Modal opened={opened} onClose={onClose} title={t('keys.title')} size="lg" closeButtonProps={{ 'aria-label': t('app.close') }}>
      <div className="keysheet">
        {groups.map(([group, bindings]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {bindings.slice(0, 40).map((binding) => (
                <div key={binding.id + binding.keys.join()}>
                  <dt>
                    {binding.keys.map((key) => (
                      <Key key={key} k={key} />
                    ))}
                    <span className="hidden-text">{binding.keys.join(', ')}</span>
                  </dt>
                  <dd>{binding.title}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
