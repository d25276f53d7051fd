// Colours and measures of the component kit; the same values as variables are in tokens.css.

import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const loom: MantineColorsTuple = [
  '#eeeefa', '#dcdcf2', '#b9bae6', '#9496da', '#7578cf', '#6165c8', '#5559c3', '#474baa', '#3b3f8f', '#2c2f73',
]

// The kit's greys are neutral; these have the tint of the tokens.
const dark: MantineColorsTuple = [
  '#ecebe6', '#c9cad3', '#a9abba', '#8b8ea0', '#4a4f63', '#2f3341', '#22252f', '#1c1e27', '#14151c', '#0f1016',
]

const gray: MantineColorsTuple = [
  '#f7f5f0', '#f0ede5', '#e4dfd4', '#dbd5c8', '#cfc8b8', '#b3ab99', '#7a7467', '#5a564c', '#433f37', '#2a2722',
]

export const theme = createTheme({
  colors: { loom, dark, gray },
  primaryColor: 'loom',
  primaryShade: { light: 8, dark: 2 }, // lighter shades fail the contrast check on white, darker ones drown in the dark
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'var(--hl-font)',
  fontFamilyMonospace: 'var(--hl-mono)',
  headings: { fontFamily: 'var(--hl-font)', fontWeight: '620' },
  cursorType: 'pointer',
  respectReducedMotion: true,
})

export const variables: CSSVariablesResolver = () => ({
  variables: {
    '--mantine-color-error': 'var(--hl-bad)',
    '--mantine-color-placeholder': 'var(--hl-dim)',
    '--mantine-color-anchor': 'var(--hl-accent)',
  },
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1f2230',
    '--mantine-color-dimmed': '#5a5d6c',
    '--mantine-color-default-border': '#cfc8b8',
  },
  dark: {
    '--mantine-color-body': '#1c1e27',
    '--mantine-color-text': '#ecebe6',
    '--mantine-color-dimmed': '#a9abba',
    '--mantine-color-default': '#1c1e27',
    '--mantine-color-default-hover': '#262936',
    '--mantine-color-default-border': '#454a5c',
    '--mantine-color-default-color': '#ecebe6',
  },
})
