import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Made } from '@/engine/ops'
import type { Place } from '@/engine/places'
import { sentenceOf } from '@/engine/sentences'
import type { Values } from '@/engine/values'
import { Words } from '@/engine/words'
import { altered, entityOf, field, HERE, house, ID, OTHER, SHA, THERE } from './house'

const NOW = Date.UTC(2026, 10, 22, 12)
const LANGS = ['zh-Hant', 'zh-Hans', 'ru', 'en']

/** Words whose own texts are told as `key(params)`, over some records of persons by `site/id`. */
function words(persons: Readonly<Record<string, Values>> = {}, lang = 'en', known = house()): Words {
  const port = {
    read: async ({ site, id }: Place) => persons[`${site}/${id}`] ?? null,
    say: (key: string, params: Values = {}, count?: number) =>
      `${key.replace('sentences.', '')}(${[...Object.values(params), ...(count === undefined ? [] : [count])].join('|')})`,
    recurrence: (rule: string) => `<${rule}>`,
    now: () => NOW,
  }
  return new Words(port, known, lang)
}

const title = (values: Values, said = words()) =>
  said.title({ site: HERE, entity: 'lib.loan', id: ID, values })
const value = (name: string, of: unknown, said = words()) => said.value(HERE, 'lib.loan', name, of)

test('TKT-14: the device’s number stands in a title until the register’s is given', async () => {
  expect(await title({ number: 'R-1', device_number: 'L-1', name: 'Drill', holder: null })).toBe('R-1 Drill,')
  expect(await title({ device_number: 'L-1', name: 'Drill' })).toBe('L-1 Drill,')
  const bare = entityOf(house(), 'lib.person').shape
  const said = words({}, 'en', altered('lib.loan', { title: bare.title }))
  expect(await title({}, said)).toBe(ID.slice(-8))
})

test('a reference is said by its record’s title, from whatever site holds it', async () => {
  expect(await value('holder', OTHER, words({ [`${THERE}/${OTHER}`]: { name: 'Wang' } }))).toBe('Wang')
  expect(await value('holder', OTHER)).toBe('…')
})

test('OWN-7: no title shows what is private', async () => {
  const known = altered('lib.person', { private: true })
  expect(
    await value('holder', OTHER, words({ [`${HERE}/${OTHER}`]: { name: 'Wang' } }, 'en', known)),
  ).not.toContain('Wang')
})

test('titles that name one another come to an end', async () => {
  const fields = [field('name'), field('friend', 'ref', { ref: 'lib.person' })]
  const known = altered('lib.person', { title: '{name} {friend}', fields })
  const said = words({ [`${HERE}/${OTHER}`]: { name: 'Wang', friend: OTHER } }, 'en', known)
  expect(await value('holder', OTHER, said)).toBe('Wang Wang Wang …')
})

test.each<[type: string, value: unknown, said: string]>([
  ['text', 'as it is', 'as it is'],
  ['boolean', true, 'yes()'],
  ['integer', 12_000, '12000'],
  ['money', 1_234_550, '12,345.50'],
  ['decimal', '-12.5', '-12.5 kg'],
  ['date', '2026-01-02', '2 Jan 2026'],
  ['time', '08:30:00', '08:30'],
  ['datetime', '2026-11-22T01:02:03.004Z', '09:02'],
  ['datetime', '2026-11-21T16:00:00.000Z', '00:00'],
  ['datetime', '2026-11-21T15:59:59.999Z', '21 Nov, 23:59'],
  ['datetime', '2025-11-22T01:02:03.004Z', '22 Nov 2025, 09:02'],
  ['duration', 'PT2H30M', '2 hrs 30 mins'],
  ['rrule', 'FREQ=DAILY', '<FREQ=DAILY>'],
  ['choices', ['red', 'old', 'odd'], 'Red, Old, odd'],
  ['blobs', [{ sha256: SHA }, { sha256: SHA }], '2'],
  ['rows', [{ a: 'x', b: null }, { b: 'red' }], 'x; Red'],
  ['place', { lat: 22.3, lon: 114.17, accuracy: 12.4 }, '22.30000, 114.17000 ± 12 m'],
  ['signature', { sha256: SHA, signer: 'Wang', at: '2026-11-22T01:02:03.004Z' }, 'signed(Wang|09:02)'],
  ['localized', { ru: 'да', en: 'yes' }, 'yes'],
  ['hologram', { depth: 3 }, '3'],
  ['text', null, ''],
])('protocol §7: a %s %j is said as %s', async (type, held, said) => {
  const measure = type === 'decimal' ? { measure: 'kg' } : {}
  const of = field('f', type, {
    ...measure,
    codes: 'tag',
    fields: [field('a'), field('b', 'choice', { codes: 'tag' })],
  })
  const words_ = words({}, 'en', altered('lib.loan', { fields: [of] }))
  expect(await words_.value(HERE, 'lib.loan', 'f', held)).toBe(said)
})

test('numbers and months are written as the language writes them', async () => {
  const known = altered('lib.loan', { fields: [field('d', 'decimal'), field('t', 'date')] })
  expect(await words({}, 'ru', known).value(HERE, 'lib.loan', 'd', '0.5')).toBe('0,5')
  expect(await words({}, 'zh-Hant', known).value(HERE, 'lib.loan', 't', '2026-11-22')).toBe('2026年11月22日')
})

test('a measure stands behind its number as the language writes it', async () => {
  const known = altered('lib.loan', {
    fields: [field('d', 'decimal', { measure: 'h' }), field('n', 'integer', { measure: 'min' })],
  })
  expect(await words({}, 'ru', known).value(HERE, 'lib.loan', 'd', '1.5')).toBe('1,5 ч')
  expect(await words({}, 'zh-Hant', known).value(HERE, 'lib.loan', 'n', 20)).toBe('20 分鐘')
  expect(await words({}, 'en', known).value(HERE, 'lib.loan', 'n', 20)).toBe('20 min')
})

test('what the server has put down as the key of a text is said in the reader’s language', async () => {
  expect(await value('number', 'lib.note', words({}, 'ru'))).toBe('Отметил сервер')
  expect(await value('name', 'lib.note', words({}, 'ru'))).toBe('lib.note')
})

test('protocol §3.2: an outcome is said by its message, else by its code', () => {
  expect(words().refusal('gone', undefined)).toBe('It was deleted.')
  expect(words({}, 'ru').refusal('invalid', 'lib.note')).toBe('Отметил сервер')
  expect(words().refusal('invalid', 'too many')).toBe('too many')
  expect(words().refusal('odd', undefined)).toBe('odd')
})

test('protocol §3.2: a message names what its text leaves open, and what the server has said already is said again', () => {
  const named = 'lib.taken {"book":"Ода {n}","by":"Li"}'
  expect(words().refusal('invalid', named)).toBe('Li has Ода {n}.')
  expect(words({}, 'ru').refusal('invalid', named)).toBe('Ода {n}: у Li')
  expect(words().refusal('gone', 'Li has it.')).toBe('It was deleted.')
  expect(words().refusal('gone', 'Li has it.', true)).toBe('Li has it.')
  expect(words({}, 'en').refusal('gone', 'It was deleted. (shelf 3)', true)).toBe('It was deleted.')
})

test('labels fall back to names', () => {
  expect(words({}, 'ru').kind('lib.loan')).toBe('Выдача')
  expect(words().kind('lib.gone')).toBe('lib.gone')
  expect(words().label('lib.loan', 'gone')).toBe('gone')
  expect(words().label('lib.loan', 'updated_by')).toBe('updated_by()')
  expect(words().act('lib.loan', 'take_back')).toBe('Take back')
  expect(words().act('lib.loan', 'eat')).toBe('eat')
})

const deed = (kind: Made['kind'], more: Partial<Made> = {}) =>
  sentenceOf(words(), { site: HERE, entity: 'lib.loan', kind, ...more })

test('tablet §3.2: an op is a sentence that names what it changed', async () => {
  expect(await deed('create', { set: { name: 'x' } })).toBe('created(Loan)')
  expect(await deed('delete')).toBe('deleted()')
  expect(await deed('update', { set: { kind: 'key', note: null } })).toBe('set(kind|KEY)and()cleared(note)')
  expect(await deed('act', { act: 'close' })).toBe('Close')
  const lose = { act: 'lose', args: { reason: 'fell' }, set: { note: 'n' } }
  expect(await deed('act', lose)).toBe('act(Lost|set(note|n); reason(fell))')
})

test('tablet §3.2: a sentence stays short', async () => {
  const set = { name: 'a', kind: 'key', note: '長'.repeat(100), deposit: 1, paid: 2, tags: ['red'] }
  const said = await deed('update', { set })
  expect(said).toContain(`note|${'長'.repeat(79)}…`)
  expect(said).toMatch(/more\(2\)$/)
})

test.each(LANGS)('every flaw has a text in %s that names what the flaw tells', (lang) => {
  const engine = fileURLToPath(new URL('../../../src/engine', import.meta.url))
  const source = readdirSync(engine, { encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`${engine}/${name}`, 'utf8'))
    .join('\n')
  const thrown = [
    ...source.matchAll(/Misfit\('(\w+)'|flaw\([^,()]*(?:\([^()]*\))?[^,()]*, '(\w+)'|key: '(\w+)'/g),
  ]
  const keys = new Set(thrown.map(([, ...found]) => `flaws.${found.find(Boolean)}`))
  expect(keys.size).toBeGreaterThan(30)
  const file = new URL(`../../../src/i18n/texts/flaws/${lang}.json`, import.meta.url)
  const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  expect([...keys].filter((key) => !texts[key])).toEqual([])
  const named = {
    too_long: 'max',
    too_short: 'min',
    too_small: 'min',
    too_great: 'max',
    too_many: 'max',
    balance: 'balance',
    offline_cap: 'cap',
  }
  for (const [key, name] of Object.entries(named)) expect(texts[`flaws.${key}`]).toContain(`{${name}}`)
})
