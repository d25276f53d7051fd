// Import rules: core imports nothing outside core; widgets only core and widgets; only ui imports the component kit;
// i18n only core; api only core. And every message id in use has words, every one with words is in use.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../src')
const files = readdirSync(root, { recursive: true })
  .map(String)
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
const ALLOWED = {
  core: ['core'],
  widgets: ['widgets', 'core'],
  i18n: ['i18n', 'core'],
  api: ['api', 'core'],
  ui: ['ui', 'core', 'i18n'],
  screens: ['screens', 'ui', 'api', 'core', 'i18n', 'widgets'],
}
const IMPORT = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/g
const problems = []
const texts = []

for (const name of files) {
  const text = readFileSync(join(root, name), 'utf8')
  texts.push(text)
  const area = name.split('/')[0]
  if (text.split('\n').length > 400) problems.push(`${name} has more than 400 lines`)
  if (name.endsWith('.tsx')) {
    // Words for people come from i18n: no text stands directly between two tags.
    for (const [, words] of text.matchAll(/^\s*(?:<[^>]*>)?([A-Za-z][A-Za-z ,.']{2,})(?:<\/[\w.]+>)?$/gm)) {
      if (/\s/.test(words.trim()) && !/^(import|export|return|const|if|else|type|from|for|let|void|await|throw|case) /.test(words.trim())) {
        problems.push(`${name} has words outside i18n: ${words.trim()}`)
      }
    }
  }
  const allowed = ALLOWED[area]
  if (!allowed) continue // main.tsx joins everything
  for (const [, target] of text.matchAll(IMPORT)) {
    if (target.startsWith('.')) {
      const other = relative(root, resolve(join(root, dirname(name)), target)).split('/')[0]
      if (!allowed.includes(other)) problems.push(`${name} imports ${target}: ${area} may import only ${allowed.join(', ')}`)
    } else if (target.startsWith('@mantine') ? area !== 'ui' : ['core', 'widgets', 'i18n', 'api'].includes(area)) {
      problems.push(`${name} imports the package ${target}: ${area} may not`)
    }
  }
}

const idsOf = (name) => Object.keys(JSON.parse(readFileSync(join(root, 'i18n', name), 'utf8')))
const late = idsOf('data.json')
const messages = [...idsOf('en.json'), ...late]
for (const id of messages.filter((one, i) => messages.indexOf(one) !== i)) problems.push(`message ${id} has words twice`)
// Words that are not in the first load come with the folder that uses them, so it has to import them.
const folders = new Map()
for (const [i, name] of files.entries()) folders.set(dirname(name), `${folders.get(dirname(name)) ?? ''}${texts[i]}`)
for (const [folder, text] of folders) {
  if (folder.startsWith('screens') && late.some((id) => text.includes(`'${id}'`)) && !text.includes("i18n/data'")) problems.push(`${folder} uses words of i18n/data.json and does not import i18n/data`)
}
const all = texts.join('\n')
// Ids made from parts, as in t(`home.step.${name}`), count as use of everything that begins so.
const made = [...all.matchAll(/`([a-z][\w.]*\.)\$\{/gi)].map(([, start]) => start)
for (const id of messages) {
  if (!all.includes(`'${id}'`) && !made.some((start) => id.startsWith(start))) problems.push(`message ${id} is not used`)
}
for (const [, id] of all.matchAll(/\bt\('([\w.]+)'/g)) if (!messages.includes(id)) problems.push(`message ${id} has no words`)

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
console.log(`import rules and messages: ${files.length} files, ${messages.length} messages, all well`)
