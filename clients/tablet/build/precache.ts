import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const WORKER = 'sw.js'
const MARK = '__PRECACHE__'

/** A built file and what is in it. */
export type Built = readonly [name: string, content: string | Uint8Array]

/**
 * What the service worker keeps: paths from the root, and a version that changes with any byte of them. `later` are
 * large, and needed by few screens: they come when the first one stands (tablet.md §0).
 */
export interface Precache {
  version: string
  files: string[]
  later: string[]
}

/** Whether a file is needed offline: not the worker itself, nor source maps, nor what a system fetches to install. */
export function isKept(name: string): boolean {
  return name !== WORKER && !/\.map$|^icon-.*\.png$/.test(name)
}

/** Whether a file is kept only when there is time: the chart library. */
export function isForLater(name: string): boolean {
  return /(^|\/)echarts-/.test(name)
}

/** List what is needed offline; `index.html` is kept as `/`. */
export function listOf(built: readonly Built[]): Precache {
  const kept = built.filter(([name]) => isKept(name))
  kept.sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash('sha256')
  for (const [name, content] of kept) hash.update(`${name}\0`).update(content).update('\0')
  const paths = (names: readonly Built[]): string[] =>
    names.map(([name]) => (name === 'index.html' ? '/' : `/${name}`))
  return {
    version: hash.digest('hex').slice(0, 12),
    files: paths(kept.filter(([name]) => !isForLater(name))),
    later: paths(kept.filter(([name]) => isForLater(name))),
  }
}

/** The files of the public folder, which the bundler copies without telling plugins. */
export function publicFiles(folder: string): Built[] {
  if (!folder) return []
  return readdirSync(folder).map((name): Built => [name, readFileSync(join(folder, name))])
}

/** Writes the list of built files into the service worker (tablet.md §0, §2.3). */
export function precache(): Plugin {
  let folder = ''
  return {
    name: 'wuye-precache',
    enforce: 'post',
    apply: 'build',
    configResolved: (config) => {
      folder = config.publicDir
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[WORKER]
        if (worker?.type !== 'chunk') this.error(`${WORKER} was not built`)
        // It is registered as a classic script, which oldest browsers need: an import would keep it from starting.
        if (worker.imports.length || !worker.code.includes(MARK)) this.error(`${WORKER} must stand alone`)
        const built = Object.values(bundle).map(
          (file): Built => [file.fileName, file.type === 'chunk' ? file.code : file.source],
        )
        worker.code = worker.code.replace(MARK, () =>
          JSON.stringify(listOf([...built, ...publicFiles(folder)])),
        )
      },
    },
  }
}
