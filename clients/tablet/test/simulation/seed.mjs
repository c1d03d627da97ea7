// Lives the worlds, or the one of a seed: npm run simulation -- 42
import { spawnSync } from 'node:child_process'

const [seed] = process.argv.slice(2)
const only = seed === undefined ? [] : ['-t', 'every op']
const env = { ...process.env, ...(seed === undefined ? {} : { SEED: seed }) }
const { status } = spawnSync('npx', ['vitest', 'run', 'test/simulation', ...only], { env, stdio: 'inherit' })
process.exit(status ?? 1)
