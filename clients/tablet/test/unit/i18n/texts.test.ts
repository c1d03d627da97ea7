/** Every text exists in four languages, with the plural parts and values that it needs, and is used. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { categories, LANGUAGES, pluralPart } from '@/i18n/languages'
import { compile, partsOf, placesOf } from '@/i18n/message'

const SRC = join(import.meta.dirname, '../../../src')
const TEXTS = join(SRC, 'i18n/texts')
const areas = readdirSync(TEXTS)
const langs = LANGUAGES.map(({ lang }) => lang)

const textsOf = (area: string, lang: string): Record<string, string> =>
  JSON.parse(readFileSync(join(TEXTS, area, `${lang}.json`), 'utf8')) as Record<string, string>

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|vue)$/.test(file) && !file.startsWith('protocol'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }))
const code = sources.map(({ text }) => text).join('\n')
/** Keys made at run time: `shell.nav.${name}`. */
const stems = [...code.matchAll(/`([a-z]+\.[\w.]*)\$\{/g)]
  .map((found) => found[1] ?? '')
  .filter((stem) => stem !== '')
const all = new Set(areas.flatMap((area) => Object.keys(textsOf(area, 'en'))))

describe.each(areas)('texts of %s', (area) => {
  const english = textsOf(area, 'en')

  it.each(langs)('%s has the keys of the area and no others', (lang) => {
    expect(Object.keys(textsOf(area, lang)).sort()).toEqual(Object.keys(english).sort())
  })

  it('keys bear the name of their area', () => {
    expect(Object.keys(english).filter((key) => !key.startsWith(`${area}.`))).toEqual([])
  })

  it.each(langs)('%s shows the values that English shows', (lang) => {
    const texts = textsOf(area, lang)
    // `{n}` may be said by a word: "one", "both".
    const shown = (text = '') => placesOf(text).filter((name) => name !== 'n')
    expect(
      Object.keys(english).filter((key) => String(shown(texts[key])) !== String(shown(english[key]))),
    ).toEqual([])
  })

  it.each(langs)('a plural text of %s has a part for each of 0…200', (lang) => {
    const texts = textsOf(area, lang)
    const plural = Object.keys(texts).filter((key) =>
      langs.some((other) => partsOf(textsOf(area, other)[key] ?? '').length > 1),
    )
    for (const key of plural) {
      const parts = partsOf(texts[key] ?? '')
      expect(parts, key).toHaveLength(categories(lang).length)
      for (let n = 0; n <= 200; n++)
        expect(parts[pluralPart(lang, n, parts.length)], `${key} ${n}`).toMatch(/\S/)
    }
  })

  it('every key is used', () => {
    const unused = Object.keys(english).filter((key) => {
      if (code.includes(`'${key}'`) || code.includes(`"${key}"`)) return false
      return !stems.some((stem) => key.startsWith(stem))
    })
    expect(unused).toEqual([])
  })
})

it('whatever is said has a text', () => {
  const said = [...code.matchAll(/\b(?:t|say|words)\(([^()]*)/g)].flatMap((call) =>
    [...(call[1] ?? '').matchAll(/'([a-z]+\.[\w.]+)'/g)].map((key) => key[1] ?? ''),
  )
  expect(said.length).toBeGreaterThan(100)
  expect(
    [...new Set(said)].filter((key) => areas.includes(key.split('.')[0] ?? '') && !all.has(key)),
  ).toEqual([])
})

it.each(langs)(
  'pages and the worker each have what they say in %s, and nothing is left out',
  async (lang) => {
    const { default: page } = (await import(`@/i18n/catalogue.${lang}.ts`)) as { default: object }
    const { default: worker } = (await import(`@/i18n/spoken.${lang}.ts`)) as { default: object }
    const every = areas.flatMap((area) => Object.keys(textsOf(area, lang)))
    expect([...new Set([...Object.keys(page), ...Object.keys(worker)])].sort()).toEqual(every.sort())
    const lacking = (texts: object, where: RegExp): string[] => {
      const spoken = sources.filter(({ file }) => where.test(file)).map(({ text }) => text)
      const said = spoken.flatMap((text) =>
        [...text.matchAll(/['"`]([a-z]+\.[a-z_.]*)/g)].map(([, key = '']) => key),
      )
      // A stem stands for all that it can become.
      const keys = said.flatMap((one) =>
        every.filter((key) => key === one || (one.endsWith('.') && key.startsWith(one))),
      )
      return [...new Set(keys)].filter((key) => !(key in texts))
    }
    expect(lacking(page, /^ui\//)).toEqual([])
    expect(lacking(worker, /^(engine|replica|blobs|search|workers|runtime)\//)).toEqual([])
  },
)

it('a text is said without eval (tablet.md §3.3: the policy forbids it)', () => {
  const say = compile('{n} of {all} | {n} of {all}')
  expect(say({ named: (name) => ({ n: 2, all: 5 })[name], plural: (parts) => parts[1] ?? '' })).toBe('2 of 5')
  expect(code).not.toMatch(/\beval\(|new Function\b/)
})
