// After a build: the licences of everything that the pages carry, as one text beside them.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const lock = JSON.parse(readFileSync(join(web, 'package-lock.json'), 'utf8'))
const shipped = Object.entries(lock.packages).filter(([path, entry]) => path && !entry.dev && !entry.optional)
const parts = ['The pages of handloom contain parts of these packages.\n']
const silent = []

for (const [path, entry] of shipped) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const folder = join(web, path)
  if (!existsSync(folder)) continue
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one))
  if (!entry.license && !file) silent.push(name)
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${entry.license}`
  parts.push(`${'-'.repeat(80)}\n${name} ${entry.version} (${entry.license ?? 'see below'})\n\n${text}\n`)
}
if (silent.length > 0) {
  console.error(`no licence found for ${silent.join(', ')}`)
  process.exit(1)
}
writeFileSync(join(web, '../src/handloom/web/THIRD_PARTY.txt'), parts.join('\n'))
console.log(`licences of ${shipped.length} packages in THIRD_PARTY.txt`)
