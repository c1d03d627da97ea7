/** Makes one demo installation a run; each test file works on a copy of it. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

export const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url))
/** The name under which browsers reach the server: no loopback name, so that only HTTPS makes it a secure origin. */
export const HOST = 'wuye.test'
/** The built app; `WUYE_APP` names another build, for the server too. */
export const APP = process.env.WUYE_APP ?? join(ROOT, 'core/wuye/tablet')

export const wuye = (...args: string[]): string =>
  execFileSync(join(ROOT, '.venv/bin/wuye'), args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 })

declare module 'vitest' {
  export interface ProvidedContext {
    master: string
  }
}

/** `E2E_DEMO` names a demo made before (`wuye demo`, `wuye tls local --name wuye.test`): quicker while writing tests. */
export default function setup(project: TestProject): () => void {
  if (!existsSync(join(APP, 'index.html'))) throw new Error('not built: run `npm run build` first')
  const made = process.env.E2E_DEMO
  const home = made ? null : mkdtempSync(join(tmpdir(), 'wuye-e2e-'))
  const demo = made ?? join(home as string, 'demo')
  if (!made) {
    wuye('demo', '--dir', demo, '--json')
    wuye('tls', 'local', '--name', HOST, '--dir', demo)
  }
  project.provide('master', demo)
  return () => home && rmSync(home, { recursive: true, force: true })
}

export function copyOf(master: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'wuye-e2e-'))
  cpSync(master, join(dir, 'demo'), { recursive: true })
  return join(dir, 'demo')
}
