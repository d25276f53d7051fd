// After a build: first load at most 250 kB gzipped, each widget at most 120 kB.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const out = resolve(dirname(fileURLToPath(import.meta.url)), '../../src/handloom/web')
const assets = readdirSync(join(out, 'assets'))
const size = (name) => gzipSync(readFileSync(join(out, name)), { level: 9 }).length / 1000
const html = readFileSync(join(out, 'index.html'), 'utf8')
const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name)

// Chunks that the entry imports statically are first load too.
const seen = new Set()
const follow = (name) => {
  if (seen.has(name)) return
  seen.add(name)
  if (!name.endsWith('.js')) return
  const text = readFileSync(join(out, name), 'utf8')
  for (const [, other] of text.matchAll(/(?:^|[;}\s])(?:import|export)[^;'"()]*?["']\.\/([^"']+)["']/g)) follow(`assets/${other}`)
}
named.forEach(follow)
const first = [...seen].reduce((sum, name) => sum + size(name), 0)
const font = assets.find((name) => /inter-latin-wght/.test(name))
console.log(`first load ${first.toFixed(1)} kB gzipped in ${seen.size} files (limit 250); the font for Latin text adds ${font ? size(`assets/${font}`).toFixed(1) : 0} kB`)
let failed = first > 250
const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8'))
for (const [source, { file, css = [] }] of Object.entries(manifest)) {
  if (!/^src\/(widgets|screens)\/.*index\.tsx?$/.test(source)) continue
  const total = [file, ...css].reduce((sum, name) => sum + size(name), 0)
  console.log(`  ${source}: ${total.toFixed(1)} kB gzipped`)
  if (source.includes('/widgets/') && total > 120) failed = true
}
if (failed) {
  console.error('too large')
  process.exit(1)
}
