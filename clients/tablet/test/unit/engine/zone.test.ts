import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateOf, dayNumber, fromWire, isoDate, parseDate, toWire, weekdayOf } from '@/engine/moments'
import { localTime, momentOf } from '@/engine/zone'

const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Europe/Moscow',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
]
const moments = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2100, 0) })
const at = (text: string): number => fromWire(text) ?? Number.NaN

test('a wall clock shows what Intl says', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), moments, (timeZone, ms) => {
      const { year, month, day, hour, minute, second } = localTime(timeZone, ms)
      const said = new Intl.DateTimeFormat('sv-SE', {
        timeZone,
        dateStyle: 'short',
        timeStyle: 'medium',
      }).format(ms)
      const two = (number: number): string => String(number).padStart(2, '0')
      expect(`${isoDate({ year, month, day })} ${two(hour)}:${two(minute)}:${two(second)}`).toBe(said)
    }),
  )
})

test('the moment of a wall clock’s reading shows that reading', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), moments, (zone, ms) => {
      const shown = localTime(zone, ms)
      expect(localTime(zone, momentOf(zone, shown))).toEqual(shown)
    }),
  )
})

test.each([
  ['shown twice: the first time', { month: 11, day: 1, hour: 1, minute: 30 }, '2026-11-01T05:30:00.000Z'],
  ['skipped: as if not put forward', { month: 3, day: 8, hour: 2, minute: 30 }, '2026-03-08T07:30:00.000Z'],
  ['before the clock is put forward', { month: 3, day: 8, hour: 1, minute: 59 }, '2026-03-08T06:59:00.000Z'],
  ['after it was put forward', { month: 3, day: 8, hour: 3, minute: 0 }, '2026-03-08T07:00:00.000Z'],
])('what a clock in New York shows, %s', (_about, reading, moment) => {
  expect(toWire(momentOf('America/New_York', { year: 2026, second: 0, ...reading }))).toBe(moment)
})

test('an unknown zone counts as UTC', () => {
  expect(localTime('Mars/Base', at('2026-11-22T01:02:03Z'))).toMatchObject({
    day: 22,
    hour: 1,
    minute: 2,
    second: 3,
  })
})

test('protocol §2: what is written as a moment is read as the same one', () => {
  fc.assert(fc.property(moments, (ms) => at(toWire(ms)) === ms))
  expect(at('2026-11-22T09:30:00+08:30')).toBe(Date.UTC(2026, 10, 22, 1))
  expect(at('9999-12-31T23:59:59.999Z')).toBe(Date.parse('9999-12-31T23:59:59.999Z'))
  for (const text of [
    '9999-12-31T23:59:59-01:00',
    '2026-11-22T25:00:00Z',
    '2026-11-22',
    '2026-11-22T01:02:60Z',
  ]) {
    expect(fromWire(text)).toBeNull()
  }
})

test('days are counted as the calendar has them', () => {
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (days) => {
      const date = dateOf(days)
      expect(dayNumber(date)).toBe(days)
      expect(parseDate(isoDate(date))).toEqual(date)
      expect(weekdayOf(days)).toBe(new Date(days * 86_400_000).getUTCDay() || 7)
    }),
  )
})
