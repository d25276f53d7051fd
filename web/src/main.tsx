import '@fontsource-variable/inter/wght.css'
import './ui/tokens.css'
import './ui/mantine'
import './ui/ui.css'
import { createRoot } from 'react-dom/client'
import { App } from './screens/app'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(<App />)
