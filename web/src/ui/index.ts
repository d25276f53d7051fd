// Everything that screens may use. Only this folder imports the component kit.

export * from './icons'
export * from './mantine'
export * from './parts'
export { Prose } from './prose'
export { UiProvider } from './provider'
export { Toasts, toast, toastError } from './toast'
