import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byCodePoint, canonical, equal, present } from '@/engine/values'

const json = fc.jsonValue({ maxDepth: 3 })

/** An object with its keys turned around, all the way down. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, turned(inner)]),
  )
}

test('protocol §3.3: the order of keys is nothing', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(equal(value, turned(value))).toBe(true)
      expect(canonical(value)).toBe(canonical(turned(value)))
    }),
  )
})

test('protocol §3.3: values that differ are not equal', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(equal(a, b)).toBe(equal(b, a))
      if (canonical(a) === canonical(b)) expect(equal(a, b)).toBe(true)
      expect(equal([a], a)).toBe(false)
    }),
  )
})

test('protocol §3.3: absent is null', () => {
  expect(equal({ a: null }, {})).toBe(true)
  expect(equal(undefined, null)).toBe(true)
  expect(equal(0, null)).toBe(false)
  expect(equal({ a: 0 }, {})).toBe(false)
  expect(equal([null], [])).toBe(false)
  expect(present({ a: null, b: undefined, c: 0, d: '', e: false })).toEqual({ c: 0, d: '', e: false })
})

test('texts are ordered by code point, as servers order them', () => {
  const points = (text: string): number[] => [...text].map((letter) => letter.codePointAt(0) ?? 0)
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '～', '\ue000', '𠮷', '😀', '中') })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [x, y] = [points(a), points(b)]
      const at = x.findIndex((point, i) => point !== y[i])
      const expected = at < 0 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1)
      expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(expected))
    }),
  )
})
