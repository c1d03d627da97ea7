import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayByKey, plusDays, plusMonths, weekday, weeksOf } from '@/ui/fields/values/calendar'
import { parseClock } from '@/ui/fields/values/clocktime'
import { parseDuration, writeDuration } from '@/ui/fields/values/duration'
import { momentOf, toWire, wallAt } from '@/ui/fields/values/moment'

const ZONES = [
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Europe/Moscow',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
]
const minute = fc.integer({ min: Date.UTC(1995, 0) / 60_000, max: Date.UTC(2060, 0) / 60_000 })

describe('a moment on the site’s clock (tablet.md §6.2)', () => {
  test('01:57 UTC is 09:57 in Shanghai, whatever the browser thinks', () => {
    const ms = Date.parse('2025-11-22T01:57:00.000Z')
    expect(wallAt(ms, 'Asia/Shanghai')).toEqual({ date: '2025-11-22', time: '09:57' })
    expect(toWire(momentOf({ date: '2025-11-22', time: '09:57' }, 'Asia/Shanghai'))).toBe(
      '2025-11-22T01:57:00.000Z',
    )
  })

  test('what the clock shows leads back to what it shows', () => {
    fc.assert(
      fc.property(minute, fc.constantFrom(...ZONES), (minutes, zone) => {
        const wall = wallAt(minutes * 60_000, zone)
        expect(wallAt(momentOf(wall, zone), zone)).toEqual(wall)
      }),
    )
  })

  test('an hour that comes twice means its first coming', () => {
    expect(toWire(momentOf({ date: '2026-10-25', time: '02:30' }, 'Europe/Berlin'))).toBe(
      '2026-10-25T00:30:00.000Z',
    )
  })

  test('an hour that is left out counts on from before', () => {
    const ms = momentOf({ date: '2026-03-29', time: '02:30' }, 'Europe/Berlin')
    expect(wallAt(ms, 'Europe/Berlin')).toEqual({ date: '2026-03-29', time: '03:30' })
  })
})

describe('the calendar sheet', () => {
  test('weeks run from Monday to Sunday, without gaps, and hold the whole month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1970, max: 2100 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        const name = `${year}-${String(month).padStart(2, '0')}`
        const days = weeksOf(name).flat()
        expect(weekday(days[0] ?? '')).toBe(0)
        expect(days.every((day, index) => index === 0 || day === plusDays(days[index - 1] ?? '', 1))).toBe(
          true,
        )
        const inside = days.filter((day) => day.startsWith(name))
        expect(inside).toHaveLength(new Date(Date.UTC(year, month, 0)).getUTCDate())
        expect(days.length - inside.length).toBeLessThan(14)
      }),
    )
  })

  test('the month after 31 January ends in February; a leap year has its day', () => {
    expect(plusMonths('2026-01-31', 1)).toBe('2026-02-28')
    expect(plusMonths('2028-01-31', 1)).toBe('2028-02-29')
    expect(plusMonths('2026-01-15', -1)).toBe('2025-12-15')
    expect(plusDays('2026-03-29', 1)).toBe('2026-03-30')
  })

  test('keys move as in every calendar', () => {
    expect(dayByKey('2026-11-22', 'ArrowDown')).toBe('2026-11-29')
    expect(dayByKey('2026-11-22', 'Home')).toBe('2026-11-16')
    expect(dayByKey('2026-11-22', 'End')).toBe('2026-11-22')
    expect(dayByKey('2026-11-22', 'PageUp')).toBe('2026-10-22')
    expect(dayByKey('2026-11-22', 'x')).toBeNull()
  })
})

test.each([
  ['9', '09:00'],
  ['930', '09:30'],
  ['0930', '09:30'],
  ['9:30', '09:30'],
  ['9.30', '09:30'],
  ['９：３０', '09:30'],
  ['24:00', undefined],
  ['9:60', undefined],
  ['', null],
])('the time %j is %j', (typed, time) => {
  expect(parseClock(typed)).toBe(time)
})

describe('durations', () => {
  test.each([
    ['PT2H30M', { hours: 2, minutes: 30, seconds: 0 }],
    ['P1W1DT1S', { hours: 192, minutes: 0, seconds: 1 }],
  ])('%s', (text, span) => {
    expect(parseDuration(text)).toEqual(span)
  })

  test.each(['P', 'PT', 'PT1X', '2H', ''])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull()
  })

  test('90 minutes are an hour and a half; nothing is nothing', () => {
    expect(writeDuration({ hours: 0, minutes: 90, seconds: 0 })).toBe('PT1H30M')
    expect(writeDuration({ hours: 0, minutes: 0, seconds: 0 })).toBeNull()
  })

  test('what is written is read back', () => {
    const span = fc.record({
      hours: fc.nat(5000),
      minutes: fc.nat(59),
      seconds: fc.nat(59),
    })
    fc.assert(
      fc.property(span, (one) => {
        const text = writeDuration(one)
        expect(text === null ? { hours: 0, minutes: 0, seconds: 0 } : parseDuration(text)).toEqual(one)
      }),
    )
  })
})
