import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkValue, Misfit } from '@/engine/fields'
import type { Field } from '@/protocol/manifest'
import { field, house, ID, OTHER, SHA } from './house'

const known = house()
const AT = '2026-11-22T01:02:03.004Z'

/** The normal form, or the misfit's place and key. */
function checked(type: string, value: unknown, more: Partial<Field> = {}): unknown {
  try {
    return checkValue(field('f', type, more), value, known)
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    const { field: place, key } = error.at('f')
    return `${place}: ${key}`
  }
}

test.each<[type: string, value: unknown, normal: unknown, more?: Partial<Field>]>([
  ['text', 'e\u0301', 'é'],
  ['text', '', null],
  ['note', 'x'.repeat(20_000), 'x'.repeat(20_000)],
  ['text', '𠮷'.repeat(500), '𠮷'.repeat(500)],
  ['text', 'Ab-1', 'Ab-1', { pattern: String.raw`[A-Za-z0-9\-]+` }],
  ['point', 'Q7K2M9', 'Q7K2M9'],
  ['integer', -(2 ** 53 - 1), -(2 ** 53 - 1)],
  ['money', 12_050, 12_050],
  ['decimal', '012.50', '12.5'],
  ['decimal', '-0.00', '0'],
  ['decimal', '+.5e1', '5'],
  ['decimal', '1e3', '1000'],
  ['decimal', 7, '7'],
  ['decimal', '1234567890.1234567890123456785', '1234567890.123456789012345678'],
  ['decimal', '1234567890.1234567890123456775', '1234567890.123456789012345678'],
  ['boolean', false, false],
  ['date', '2024-02-29', '2024-02-29'],
  ['time', '08:30', '08:30:00'],
  ['time', '23:59:59', '23:59:59'],
  ['datetime', '2026-11-22T09:02:03.0049+08:00', AT],
  ['datetime', '2026-11-22T01:02Z', '2026-11-22T01:02:00.000Z'],
  ['duration', ' PT2H30M ', 'PT2H30M'],
  ['phone', '+86 138-0013-8000', '+86 138-0013-8000'],
  ['rrule', 'FREQ=WEEKLY;BYDAY=MO', 'FREQ=WEEKLY;BYDAY=MO'],
  ['choice', 'red', 'red', { codes: 'tag' }],
  ['choice', 'old', 'old', { codes: 'tag' }],
  ['choices', ['red', 'old', 'red'], ['old', 'red'], { codes: 'tag' }],
  ['choices', [], null, { codes: 'tag' }],
  ['ref', ID, ID],
  ['refs', [OTHER, ID, OTHER], [ID, OTHER]],
  ['place', { lat: 90, lon: -180 }, { lat: 90, lon: -180 }],
  ['rows', [{ a: 'x', b: null }], [{ a: 'x' }], { fields: [field('a'), field('b')] }],
  ['rows', [], null],
  ['blobs', [{ sha256: SHA, size: 1, type: 'image/jpeg' }], [{ sha256: SHA, size: 1, type: 'image/jpeg' }]],
  ['signature', { sha256: SHA, signer: 'e\u0301', at: AT }, { sha256: SHA, signer: 'é', at: AT }],
  ['localized', { ru: 'да', en: '' }, { ru: 'да' }],
  ['localized', { en: '' }, null],
])('protocol §7: a %s takes %j as %j', (type, value, normal, more) => {
  expect(checked(type, value, more)).toEqual(normal)
  expect(checked(type, normal, more)).toEqual(normal)
  expect(checked(type, null, more)).toBeNull()
})

test.each<[type: string, value: unknown, flaw: string, more?: Partial<Field>]>([
  ['text', 1, 'f: text'],
  ['text', 'a\0b', 'f: unicode'],
  ['text', 'a\ud800', 'f: unicode'],
  ['text', 'x'.repeat(501), 'f: too_long'],
  ['text', 'x', 'f: too_short', { min: 2 }],
  ['text', 'a b', 'f: pattern', { pattern: String.raw`\S+` }],
  ['integer', 1.5, 'f: integer'],
  ['integer', 2 ** 53, 'f: integer'],
  ['integer', '1', 'f: integer'],
  ['money', 9, 'f: too_small', { min: 10 }],
  ['decimal', '10.01', 'f: too_great', { max: 10 }],
  ['decimal', '1,5', 'f: decimal'],
  ['decimal', '', 'f: decimal'],
  ['decimal', '.', 'f: decimal'],
  ['decimal', '1e31', 'f: decimal'],
  ['decimal', 1.5, 'f: decimal'],
  ['boolean', 1, 'f: boolean'],
  ['date', '2025-02-29', 'f: date'],
  ['date', '0000-01-01', 'f: date'],
  ['time', '24:00', 'f: time'],
  ['datetime', '2026-11-22T01:02:03', 'f: datetime'],
  ['datetime', '2026-13-22T01:02:03Z', 'f: datetime'],
  ['datetime', '0001-01-01T00:00:00+08:00', 'f: datetime'],
  ['duration', 'P', 'f: duration'],
  ['duration', 'PT', 'f: duration'],
  ['phone', 'call me', 'f: phone'],
  ['rrule', 'FREQ=SOMETIMES', 'f: rrule'],
  ['choice', 'blue', 'f: choice', { codes: 'tag' }],
  ['choices', 'red', 'f: list', { codes: 'tag' }],
  ['choices', ['red', 'blue'], 'f: choice', { codes: 'tag' }],
  ['refs', [ID, OTHER], 'f: too_many', { max: 1 }],
  ['ref', ID.toUpperCase(), 'f: ref'],
  ['place', { lat: 91, lon: 0 }, 'f: place'],
  ['place', { lat: 1, lon: Number.NaN }, 'f: place'],
  ['place', { lat: 1, lon: 1, name: 'x' }, 'f: place'],
  ['rows', ['x'], 'f.0: row'],
  ['rows', [{}, { b: 1 }], 'f.1.b: unknown_field'],
  ['rows', [{ a: 'x', n: 1.5 }], 'f.0.n: integer', { fields: [field('a'), field('n', 'integer')] }],
  ['rows', [{}], 'f.0.a: required', { fields: [field('a', 'text', { required: true })] }],
  [
    'rows',
    [{ in: [{}, { n: 'x' }] }],
    'f.0.in.1.n: integer',
    { fields: [field('in', 'rows', { fields: [field('n', 'integer')] })] },
  ],
  ['blobs', [{ sha256: 'x' }], 'f: blob'],
  ['blobs', [{ sha256: SHA, size: '1' }], 'f: blob'],
  ['blobs', [{ sha256: SHA, path: '/' }], 'f: blob'],
  ['signature', { sha256: SHA, signer: 'x' }, 'f: signature'],
  ['signature', { sha256: SHA, signer: 'x', at: 'now' }, 'f: signature'],
  ['localized', { de: 'ja' }, 'f: localized'],
  ['hologram', 'x', 'f: unknown_type'],
])('protocol §7: a %s refuses %j with %s', (type, value, flaw, more) => {
  expect(checked(type, value, more)).toBe(flaw)
})

test('protocol §6: thumbnails and annotated copies do not count, but for three to an original', () => {
  const original = { sha256: SHA }
  const thumb = { sha256: SHA, role: `thumb:${SHA}` }
  const most = { max: 1 }
  expect(checked('blobs', [original, thumb, { ...thumb, role: `annotated:${SHA}` }], most)).toHaveLength(3)
  expect(checked('blobs', [original, original], most)).toBe('f: too_many')
  expect(checked('blobs', [original, thumb, thumb, thumb], most)).toBe('f: too_many')
})

test('protocol §3.3: a decimal’s normal form has its value and nothing else', () => {
  const digits = fc.stringMatching(/^[0-9]{1,12}$/)
  fc.assert(
    fc.property(fc.boolean(), digits, fc.stringMatching(/^[0-9]{0,12}$/), (minus, whole, part) => {
      const written = `${minus ? '-' : ''}${whole}${part ? `.${part}` : ''}`
      const normal = String(checked('decimal', written))
      expect(Number(normal)).toBe(Number(written) + 0)
      expect(normal).toMatch(/^(0|-?([1-9][0-9]*|0)(\.[0-9]*[1-9])?)$/)
      expect(checked('decimal', normal)).toBe(normal)
    }),
  )
})
