import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAmount, sumAmounts, writeAmount } from '@/ui/fields/values/amount'

const LANGS = ['zh-Hant', 'zh-Hans', 'ru', 'en'] as const

describe('money as people write it (protocol §2)', () => {
  test.each([
    ['1 234,50', 'ru', 123450],
    ['1\u00a0234,50 ₽', 'ru', 123450],
    ['1,234.50', 'en', 123450],
    ['1.234,50', 'ru', 123450],
    ['¥1,234', 'zh-Hans', 123400],
    ['１２３．５', 'zh-Hant', 12350],
    ['12。5', 'zh-Hans', 1250],
    ['12,5', 'en', 1250],
    ['0.05', 'en', 5],
    ['-3', 'en', -300],
    ['−3,10', 'ru', -310],
    ['1,234,567', 'ru', 123456700],
    [',5', 'ru', 50],
    ['7.', 'en', 700],
    ['', 'en', null],
    ['  ', 'en', null],
    ['1,234', 'ru', undefined],
    ['1.234', 'en', undefined],
    ['1,23,4', 'en', undefined],
    ['12a', 'en', undefined],
    ['-', 'en', undefined],
    ['.', 'en', undefined],
    ['99999999999999999', 'en', undefined],
  ] as const)('%j in %s is %j', (typed, lang, stored) => {
    expect(parseAmount(typed, 'money', lang)).toBe(stored)
  })

  test('what is shown is read back as the same money in every language', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), fc.constantFrom(...LANGS), (fen, lang) => {
        expect(parseAmount(writeAmount(fen, 'money', lang), 'money', lang)).toBe(fen)
      }),
    )
  })
})

describe('decimals are texts, exact to the last digit', () => {
  test.each([
    ['0,1', 'ru', '0.1'],
    ['007.500', 'en', '7.5'],
    ['-0', 'en', '0'],
    ['1,234', 'ru', '1.234'],
    ['1,234', 'en', '1234'],
    ['0,125', 'en', '0.125'],
    ['12345678901234567890.12', 'en', '12345678901234567890.12'],
  ] as const)('%j in %s is %j', (typed, lang, stored) => {
    expect(parseAmount(typed, 'decimal', lang)).toBe(stored)
  })

  test('what is shown is read back as the same decimal in every language', () => {
    const digits = fc.tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.integer({ min: 0, max: 99_999 }))
    fc.assert(
      fc.property(digits, fc.constantFrom(...LANGS), ([whole, part], lang) => {
        const value = parseAmount(`${whole}.${part}`, 'decimal', 'en')
        expect(parseAmount(writeAmount(value, 'decimal', lang), 'decimal', lang)).toBe(value)
      }),
    )
  })
})

test('a whole number has no fraction', () => {
  expect(parseAmount('12', 'integer', 'en')).toBe(12)
  expect(parseAmount('12.5', 'integer', 'en')).toBeUndefined()
})

test('what is no number stays as it was typed', () => {
  expect(writeAmount('12 apples', 'money', 'en')).toBe('12 apples')
  expect(writeAmount(null, 'money', 'en')).toBe('')
})

test('sums of rows are exact', () => {
  expect(sumAmounts(['0.1', '0.2', null, 'x'], 'decimal')).toBe('0.3')
  expect(sumAmounts(['-0.5', '0.25'], 'decimal')).toBe('-0.25')
  expect(sumAmounts([1050, 50, undefined], 'money')).toBe(1100)
  expect(sumAmounts([], 'decimal')).toBe('0')
})
