import { gzipSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'
import { type Built, isForLater, isKept, publicFiles } from './precache.ts'

/** The most that may be loaded, gzipped bytes (tablet.md §0, §3.3): by a first visit, for offline use, for charts. */
const LIMITS = { first: 150_000, whole: 900_000, charts: 215_000 }

/** What a first visit needs beside what its page imports: the engine, and the screen that it opens at. */
const AT_ONCE = /(^|\/)engine\.worker-.*\.js$/
const FIRST_SCREEN = /\/screens\/Login\.vue$/
/** Texts: one of each is needed, that of the language spoken. */
const TEXTS = [/(^|\/)catalogue\..*\.js$/, /(^|\/)spoken\..*\.js$/]
/** What the files of workers, of which the bundle has only the text, import at once. */
const IMPORTED = /\b(?:from|import)\s*["']\.\/([^"']+)["']/g

type Weigh = (name: string) => number

/** The names of the script and style files that a first visit loads until somebody can log in. */
export function firstLoad(bundle: Rolldown.OutputBundle, weigh: Weigh = () => 0): string[] {
  const wanted = new Set<string>()
  const take = (name: string): void => {
    const file = bundle[name]
    if (wanted.has(name) || !file) return
    wanted.add(name)
    if (file.type === 'chunk') {
      file.imports.forEach(take)
      file.viteMetadata?.importedCss.forEach(take)
    } else if (name.endsWith('.js')) {
      for (const [, other] of String(file.source).matchAll(IMPORTED)) take(`assets/${other}`)
    }
  }
  for (const [name, file] of Object.entries(bundle)) {
    const entry = file.type === 'chunk' && file.isEntry && file.name === 'index'
    const screen = file.type === 'chunk' && FIRST_SCREEN.test(file.facadeModuleId ?? '')
    if (entry || screen || AT_ONCE.test(name)) take(name)
  }
  for (const texts of TEXTS) {
    const [longest] = Object.keys(bundle)
      .filter((name) => texts.test(name))
      .sort((a, b) => weigh(b) - weigh(a))
    if (longest) take(longest)
  }
  return [...wanted]
}

/** Fails the build when too much would be loaded, and tells how much it is. */
export function budget(): Plugin {
  let folder = ''
  return {
    name: 'wuye-budget',
    enforce: 'post',
    apply: 'build',
    configResolved: (config) => {
      folder = config.publicDir
    },
    // After writing: what is too heavy can be looked at and tried all the same.
    writeBundle: {
      order: 'post',
      handler(_options, bundle) {
        const built = Object.values(bundle).map(
          (file): Built => [file.fileName, file.type === 'chunk' ? file.code : file.source],
        )
        const kept = [...built, ...publicFiles(folder)].filter(([name]) => isKept(name))
        const sizes = new Map(kept.map(([name, content]) => [name, gzipSync(content).length]))
        const weigh: Weigh = (name) => sizes.get(name) ?? 0
        const sum = (names: readonly string[]): number =>
          names.reduce((total, name) => total + weigh(name), 0)
        const first = firstLoad(bundle, weigh)
        const names = [...sizes.keys()]
        const loaded = {
          first: sum(first),
          whole: sum(names.filter((name) => !isForLater(name))),
          charts: sum(names.filter(isForLater)),
        }
        const kb = (bytes: number): string => (bytes / 1000).toFixed(1)
        const parts = Object.keys(LIMITS) as (keyof typeof LIMITS)[]
        const told = parts
          .map((part) => `${part} ${kb(loaded[part])} of ${kb(LIMITS[part])} kB gz`)
          .join(', ')
        if (parts.every((part) => loaded[part] <= LIMITS[part])) return this.info(told)
        const heaviest = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 40)
        const lines = heaviest.map(
          ([name, size]) => `${first.includes(name) ? '*' : ' '} ${kb(size)} ${name}`,
        )
        this.error([`too much to load: ${told}; * first`, ...lines].join('\n'))
      },
    },
  }
}
