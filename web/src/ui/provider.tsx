import { MantineProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import { theme, variables } from './theme'

/** Colours, fonts and the component kit for everything inside. */
export function UiProvider({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      {children}
    </MantineProvider>
  )
}
