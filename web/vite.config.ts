import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The server serves the result at '/', answers unknown paths with index.html, and has /api/v1 beside it.
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    manifest: true,
    outDir: '../src/handloom/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: addresses would need a wider content security policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    target: 'es2022',
  },
  server: {
    proxy: { '/api': { target: process.env.HANDLOOM_URL ?? 'http://127.0.0.1:8765', changeOrigin: false } },
  },
})
