import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { speak, t } from '@/i18n/i18n'
import { LANGUAGES } from '@/i18n/languages'
import { DAYS, NTH, parseRule, type Recurrence, sentence, writeRule } from '@/i18n/recurrence'
import type { Lang } from '@/runtime/port/values'

const days = fc.subarray([...DAYS], { minLength: 1 })
const base = { days: fc.constant([]), nth: fc.constant(null), monthDays: fc.constant([]) }
const often = {
  interval: fc.integer({ min: 1, max: 99 }),
  count: fc.option(fc.integer({ min: 1, max: 999 })),
}
const dates = fc.uniqueArray(fc.constantFrom(-1, ...Array.from({ length: 31 }, (_, index) => index + 1)), {
  minLength: 1,
  maxLength: 5,
})
const rules: fc.Arbitrary<Recurrence> = fc.oneof(
  fc.record({ ...base, ...often, freq: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY') }),
  fc.record({ ...base, ...often, freq: fc.constant('WEEKLY'), days }),
  fc.record({ ...base, ...often, freq: fc.constant('DAILY'), interval: fc.constant(1), days }),
  fc.record({ ...base, ...often, freq: fc.constant('MONTHLY'), monthDays: dates }),
  fc.record({
    ...base,
    ...often,
    freq: fc.constant('MONTHLY'),
    days: fc.constantFrom(...DAYS).map((day) => [day]),
    nth: fc.constantFrom(...NTH),
  }),
) as fc.Arbitrary<Recurrence>

test('a rule that is written is read back as the same text', () => {
  fc.assert(
    fc.property(rules, (rule) => {
      const text = writeRule(rule)
      const read = parseRule(text)
      expect(read && writeRule(read)).toBe(text)
      expect(read).toEqual({ ...rule, monthDays: read?.monthDays })
    }),
  )
})

test.each([
  'FREQ=WEEKLY;UNTIL=20261231',
  'FREQ=DAILY;BYHOUR=3',
  'FREQ=DAILY;INTERVAL=0',
  'FREQ=DAILY;INTERVAL=2;BYDAY=MO',
  'FREQ=MONTHLY;BYDAY=MO',
  'FREQ=MONTHLY;BYDAY=1MO,3MO',
  'FREQ=MONTHLY;BYMONTHDAY=-2',
  'FREQ=WEEKLY;BYDAY=1MO',
  'FREQ=WEEKLY;BYDAY=XX',
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU',
  'FREQ=HOURLY',
  'every Monday',
  '',
])('%j is beyond a sentence and kept as it is', (text) => {
  expect(parseRule(text)).toBeNull()
})

const SAID: Record<Lang, [string, string][]> = {
  'zh-Hant': [
    ['FREQ=DAILY', '每天'],
    ['FREQ=WEEKLY;BYDAY=MO,WE,FR', '每週一、週三和週五'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=SA', '每 2 週的週六'],
    ['FREQ=MONTHLY;BYDAY=-1FR', '每月最後一個週五'],
    ['FREQ=MONTHLY;BYMONTHDAY=1', '每月1日'],
    ['FREQ=YEARLY;COUNT=3', '每年，共 3 次'],
  ],
  'zh-Hans': [
    ['FREQ=DAILY;INTERVAL=3', '每 3 天'],
    ['FREQ=WEEKLY;BYDAY=SA,SU', '每周六和周日'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', '每月最后一天'],
  ],
  ru: [
    ['FREQ=DAILY', 'каждый день'],
    ['FREQ=DAILY;INTERVAL=2', 'каждые 2 дня'],
    ['FREQ=DAILY;INTERVAL=5', 'каждые 5 дней'],
    ['FREQ=DAILY;INTERVAL=21', 'каждый 21 день'],
    ['FREQ=WEEKLY;BYDAY=MO,WE,FR', 'каждую неделю по понедельникам, средам и пятницам'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', 'каждые 2 недели по вторникам'],
    ['FREQ=MONTHLY;BYDAY=1WE', 'каждый месяц в первую среду'],
    ['FREQ=MONTHLY;BYDAY=2TU', 'каждый месяц во второй вторник'],
    ['FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SU', 'каждые 3 месяца в последнее воскресенье'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,15', 'каждый месяц 1-го и 15-го числа'],
    ['FREQ=MONTHLY;BYMONTHDAY=10,-1', 'каждый месяц 10-го числа и в последний день'],
    ['FREQ=WEEKLY;COUNT=5', 'каждую неделю, 5 раз'],
    ['FREQ=WEEKLY;COUNT=3', 'каждую неделю, 3 раза'],
  ],
  en: [
    ['FREQ=DAILY;BYDAY=MO,TU', 'every Monday and Tuesday'],
    ['FREQ=MONTHLY;BYDAY=3TH', 'every month on the third Thursday'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,-1', 'every month on day 1 and the last day'],
    ['FREQ=YEARLY;INTERVAL=2;COUNT=1', 'every 2 years, 1 time'],
  ],
}

describe.each(LANGUAGES)('rules as sentences in $lang', ({ lang }) => {
  beforeAll(() => speak(lang))

  test.each(SAID[lang])('%s is %j', (text, said) => {
    const rule = parseRule(text)
    expect(rule && sentence(rule, t, lang)).toBe(said)
  })

  test('every rule has words for all of it', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        expect(sentence(rule, t, lang)).not.toMatch(/fields\.|[{}|]|undefined/)
      }),
    )
  })
})
