import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Who may import what (tablet.md §5): the parts of `src` beside a part itself, and packages. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  engine: ['protocol'],
  search: ['engine'],
  store: ['engine', 'protocol', 'dexie'],
  net: ['engine', 'protocol'],
  'ui/kit': ['vue'],
}
/** What the rest of a part's imports must not be. */
const NEVER: Readonly<Record<string, readonly string[]>> = {
  blobs: ['ui'],
  replica: ['ui', 'store/dexie', 'store/memory'],
  ui: ['engine', 'replica', 'store', 'search', 'net', 'blobs', 'workers'],
}
/** The outside world, which the engine hears of through arguments alone. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|Math\.random|(fetch|setTimeout|setInterval)\(|(performance|crypto|indexedDB|document|window|self|globalThis|localStorage|navigator)\.)/
/** Where everything comes from the manifest. */
const GENERIC = ['engine', 'replica', 'ui/fields', 'ui/views', 'ui/kit']
/** Entities that the protocol itself speaks of (§1, §3.2, §7), and what says who looked at whose data (OWN-7). */
const PROTOCOL = ['access', 'code', 'review', 'review.private', 'site', 'user']
/** Entities whose names are words of programs too, of icons and of measures. */
const WORDS = ['calendar', 'device', 'document', 'role', 'unit', 'zone']
const EXCEPT = ['replica/writing.ts: owner', 'ui/kit/symbols.ts: building']

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url))
const REPOSITORY = join(SOURCES, '../../..')

interface Source {
  readonly path: string
  readonly text: string
}

function filesIn(folder: string, ending: RegExp): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => ({ path: normalize(path), text: readFileSync(join(folder, path), 'utf8') }))
}

const sources = filesIn(SOURCES, /\.(ts|vue)$/)
const partIs = (part: string, path: string): boolean => path === part || path.startsWith(`${part}/`)

/** What a file imports: paths below `src`, or names of packages. */
function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'/g)].map(([, name = '']) => {
    if (name.startsWith('@/')) return name.slice(2)
    return name.startsWith('.') ? relative(SOURCES, join(SOURCES, dirname(path), name)) : name
  })
}

const broken = (part: string, wrong: (imported: string) => boolean): string[] =>
  sources
    .filter(({ path }) => partIs(part, path))
    .flatMap((source) =>
      importsOf(source)
        .filter(wrong)
        .map((imported) => `${source.path}: ${imported}`),
    )

test.each(Object.entries(MAY))('tablet §5: %s imports nothing but itself and %s', (part, allowed) => {
  expect(broken(part, (imported) => ![part, ...allowed].some((each) => partIs(each, imported)))).toEqual([])
})

test.each(Object.entries(NEVER))('tablet §5: %s never imports %s', (part, forbidden) => {
  expect(broken(part, (imported) => forbidden.some((each) => partIs(each, imported)))).toEqual([])
})

test('tablet §5: the engine knows no clock, no chance and no outside world', () => {
  const impure = sources.filter(({ path, text }) => partIs('engine', path) && IMPURE.test(code(text)))
  expect(impure.map(({ path }) => path)).toEqual([])
})

test('tablet §5: generic code names no entity', () => {
  const entities = new Set(
    ['core/wuye/builtin', 'plugins']
      .flatMap((folder) => filesIn(join(REPOSITORY, folder), /\.py$/))
      .flatMap(({ text }) => [...text.matchAll(/\bEntity\(\s*name="([^"]+)"/g)].map(([, name = '']) => name)),
  )
  expect(entities).toContain('ticket')
  const named = sources
    .filter(({ path }) => GENERIC.some((part) => partIs(part, path)))
    .flatMap(({ path, text }) =>
      [...code(text).matchAll(/['"`]([a-z_.]+)['"`]/g)]
        .filter(([, word = '']) => entities.has(word) && ![...PROTOCOL, ...WORDS].includes(word))
        .map(([, word]) => `${path}: ${word}`),
    )
  expect(named.filter((each) => !EXCEPT.includes(each))).toEqual([])
})

/** A source without its comments. */
const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"])\/\/.*$/gm, '')
