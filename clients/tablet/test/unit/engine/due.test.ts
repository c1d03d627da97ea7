import { expect, test } from 'vitest'
import { calendarAt, calendarOf, duesOf, isLate, nextDue } from '@/engine/due'
import type { Known } from '@/engine/manifest'
import { fromWire, toWire } from '@/engine/moments'
import type { Deadline } from '@/protocol/manifest'
import { altered, entityOf, HERE, house } from './house'

const DUE = '2026-11-22T01:00:00.000Z'
const LATER = '2026-11-22T02:00:00.000Z'
const at = (text: string): number => fromWire(text) ?? Number.NaN
const duesIn = (known: Known, values: object) =>
  duesOf(known, entityOf(known, 'lib.loan'), HERE, { ...values })

const CALENDAR = {
  segments: [
    { weekday: 5, starts: '13:00', ends: '18:00' },
    { weekday: 5, starts: '08:00', ends: '12:00' },
    { weekday: 1, starts: '08:00', ends: '12:00' },
  ],
  overrides: [
    { date: '2026-11-23', label: 'holiday' },
    { date: '2026-11-24', starts: '10:00', ends: '24:00' },
  ],
  known_through: '2026-11-23',
}

/** A house whose loans have one deadline more, by this policy. */
function policed(policy: object): Known {
  const more: Deadline = { name: 'more', label: {}, policy: 'more', start: 'created_at', stop: 'returned' }
  const { manifest } = altered('lib.loan', { deadlines: [more] })
  const sites = manifest.sites.map((site) => ({ ...site, calendar: 'c' }))
  return house({ ...manifest, sites, calendars: { c: CALENDAR }, policies: { more: { ...policy } } })
}

test('protocol §7: a clock runs from its start until its stop holds a time', () => {
  expect(duesIn(house(), {})).toEqual([])
  const [running] = duesIn(house(), { due: DUE })
  expect(running).toMatchObject({ at: at(DUE), stopped: null })
  const met = duesIn(house(), { due: DUE, returned: LATER })
  expect(met[0]?.stopped).toBe(at(LATER))
  expect(nextDue(met)).toBeUndefined()
})

test('a clock is late when it was stopped too late, or still runs when its time is over', () => {
  const [running] = duesIn(house(), { due: DUE })
  const [met] = duesIn(house(), { due: DUE, returned: LATER })
  const [kept] = duesIn(house(), { due: LATER, returned: DUE })
  if (!running || !met || !kept) throw new Error('no clock')
  expect([isLate(running, at(DUE)), isLate(running, at(LATER))]).toEqual([false, true])
  expect([isLate(met, at(DUE)), isLate(kept, at('2027-01-01T00:00:00Z'))]).toEqual([true, false])
})

test('domain §5: a policy counts over the site’s calendar and wall clock', () => {
  const known = policed({ clock: { unit: 'business', minutes: 120 }, warn: ['0.5'] })
  // Friday 17:00 in Shanghai: an hour until 18:00; Monday is a holiday, Tuesday opens at ten.
  const [due] = duesIn(known, { created_at: '2026-11-20T09:00:00.000Z' })
  expect(due && toWire(due.at)).toBe('2026-11-24T03:00:00.000Z')
  expect(due?.provisional).toBe(true)
  expect(due?.warnings.map(toWire)).toEqual(['2026-11-22T06:00:00.000Z'])
})

test('domain §1.1: a policy may be about some kinds only, and its clock may stand in some states', () => {
  const known = policed({ clock: { unit: 'wall', minutes: 1 }, kinds: ['key'], pause: ['lost'] })
  expect(duesIn(known, { created_at: DUE, kind: 'tool' })).toEqual([])
  expect(duesIn(known, { created_at: DUE, kind: 'key', status: 'lost' })).toEqual([])
  expect(duesIn(known, { created_at: DUE, kind: 'key', status: 'out' })).toHaveLength(1)
})

test('what a policy of a newer server cannot be read for has no clock', () => {
  expect(duesOf(house({ policies: {} }), entityOf(house(), 'lib.loan'), HERE, { due: DUE })).toEqual([])
})

test('a calendar’s rows become hours, in order; without any it is always open', () => {
  const calendar = calendarOf(CALENDAR, 'Asia/Shanghai')
  expect(calendar.weekly[4]).toEqual([
    ['08:00', '12:00'],
    ['13:00', '18:00'],
  ])
  expect(calendar.weekly[5]).toEqual([])
  expect([...calendar.dated]).toEqual([
    ['2026-11-23', []],
    ['2026-11-24', [['10:00', '24:00']]],
  ])
  expect(calendarAt(house(), HERE)).toMatchObject({
    timezone: 'Asia/Shanghai',
    weekly: { 6: [['00:00', '24:00']] },
  })
})
