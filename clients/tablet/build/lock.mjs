/** Takes what is neither pin nor hash out of the lock file: `npm run lock`. */
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(FILE, 'utf8'))
for (const entry of Object.values(lock.packages)) delete entry.funding
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
