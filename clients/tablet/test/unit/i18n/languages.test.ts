import { afterEach, describe, expect, it } from 'vitest'
import { day, moment, size, span } from '@/i18n/formats'
import { i18n, language, speak, t } from '@/i18n/i18n'
import { categories, nearest, pluralPart } from '@/i18n/languages'
import { textOf } from '@/i18n/text'

describe('plurals follow CLDR (tablet.md §2.6)', () => {
  it('parts stand in the order of the categories of the language', () => {
    expect(categories('ru')).toEqual(['one', 'few', 'many', 'other'])
    expect(categories('en')).toEqual(['one', 'other'])
    expect(categories('zh-Hant')).toEqual(['other'])
  })

  it.each([
    [0, 2],
    [1, 0],
    [2, 1],
    [5, 2],
    [11, 2],
    [12, 2],
    [21, 0],
    [22, 1],
    [111, 2],
    [121, 0],
  ])('Russian says %i with part %i', (count, part) => {
    expect(pluralPart('ru', count, 4)).toBe(part)
  })

  it('a text without parts serves every number', () => {
    for (let n = 0; n <= 200; n++) expect(pluralPart('ru', n, 1)).toBe(0)
  })
})

describe('the language of the app', () => {
  afterEach(() => speak('en'))

  it.each([
    [['zh-HK'], 'zh-Hant'],
    [['zh-TW'], 'zh-Hant'],
    [['zh-CN'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['ru-RU', 'en'], 'ru'],
    [['de', 'ru'], 'ru'],
    [['fr'], 'en'],
  ])('%j is served by %s', (asked, lang) => {
    expect(nearest(asked)).toBe(lang)
  })

  it('is switched at once, and counts in it', async () => {
    await speak('ru')
    expect(language()).toBe('ru')
    expect(t('views.flaws', {}, 3)).toBe('Нужно исправить 3 места')
    await speak('zh-Hant')
    expect(t('views.flaws', {}, 3)).toBe('有 3 處需要修正')
  })

  it('says a key that has no text by its name, so that it is seen in tests', async () => {
    await speak('en')
    i18n.global.setMissingHandler(() => undefined)
    expect(t('views.no_such_text')).toBe('views.no_such_text')
  })

  it('a manifest text falls back to the nearest language', () => {
    expect(textOf({ en: 'Lift', 'zh-Hans': '电梯' }, 'zh-Hant')).toBe('电梯')
    expect(textOf({ en: 'Lift', 'zh-Hans': '电梯' }, 'ru')).toBe('Lift')
    expect(textOf(undefined)).toBe('')
  })
})

describe('moments are shown on the wall clock of the site', () => {
  const at = Date.parse('2026-11-21T17:57:00Z')

  it('whatever the zone of the browser', () => {
    expect(moment(at, 'Asia/Shanghai', at, 'ru')).toBe('01:57')
    expect(moment(at, 'Europe/Moscow', at, 'ru')).toBe('20:57')
  })

  it('a day before they bear their date there, another year its number', () => {
    const now = Date.parse('2026-11-22T20:00:00Z')
    expect(moment(at, 'Asia/Shanghai', now, 'en')).toMatch(/22 Nov.*01:57/)
    expect(moment(at, 'Asia/Shanghai', Date.parse('2027-03-01T00:00:00Z'), 'en')).toContain('2026')
  })

  it('a date belongs to no zone', () => {
    expect(day('2026-03-29', 'en')).toBe('29 Mar 2026')
  })

  it('spans and sizes are rough', () => {
    expect(span(7_300_000, 'en')).toBe('2 hr')
    expect(span(5 * 86_400_000, 'en')).toBe('5 days')
    expect(size(1_234_567, 'en')).toBe('1.2 MB')
  })
})
