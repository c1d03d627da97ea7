import { expect, test } from 'vitest'
import { fromWire, MINUTE, toWire } from '@/engine/moments'
import {
  deadline,
  dueDayOfMonth,
  type Pause,
  type Policy,
  type Segment,
  workingTime,
} from '@/engine/worktime'
import { vectors } from './vectors'

interface Break {
  readonly start: string
  readonly end?: string
}

interface Worktime {
  readonly calendars: Readonly<Record<string, Calendar>>
  readonly deadlines: readonly {
    readonly about: string
    readonly calendar: string
    readonly policy: Policy
    readonly start: string
    readonly pauses: readonly Break[]
    readonly at: string | null
    readonly provisional: boolean
  }[]
  readonly working_time: readonly {
    readonly about: string
    readonly calendar: string
    readonly start: string
    readonly end: string
    readonly span: boolean
    readonly pauses: readonly Break[]
    readonly minutes: number
  }[]
  readonly due: readonly {
    readonly calendar: string
    readonly year: number
    readonly month: number
    readonly day: number
    readonly inclusive: boolean
    readonly due: string
    readonly provisional: boolean
  }[]
}

interface Calendar {
  readonly timezone: string
  readonly weekly: readonly (readonly Segment[])[]
  readonly known_through: string
  readonly overrides?: Readonly<Record<string, { readonly segments?: readonly Segment[] }>>
}

const worktime = vectors<Worktime>('worktime')

const at = (text: string): number => fromWire(text) ?? Number.NaN
const pausesOf = (breaks: readonly Break[]): Pause[] =>
  breaks.map(({ start, end }) => ({ start: at(start), end: end === undefined ? null : at(end) }))

function calendarOf(name: string) {
  const { timezone, weekly, known_through, overrides = {} } = worktime.calendars[name] as Calendar
  const dated = new Map(Object.entries(overrides).map(([day, { segments = [] }]) => [day, segments]))
  return { timezone, weekly, dated, knownThrough: known_through }
}

test.each(worktime.deadlines)('domain §5, $about: $policy from $start', (each) => {
  const out = deadline(each.policy, calendarOf(each.calendar), at(each.start), pausesOf(each.pauses))
  expect(out.at === null ? null : toWire(out.at)).toBe(each.at === null ? null : toWire(at(each.at)))
  expect(out.provisional).toBe(each.provisional)
})

test.each(worktime.working_time)('domain §5, opening hours $about', (each) => {
  const pauses = pausesOf(each.pauses)
  const time = workingTime(calendarOf(each.calendar), at(each.start), at(each.end), pauses, each.span)
  expect(time / MINUTE).toBe(each.minutes)
})

test.each(worktime.due)('domain §5, due by the $day of $month/$year on $calendar', (each) => {
  const due = dueDayOfMonth(calendarOf(each.calendar), each.year, each.month, each.day, each.inclusive)
  expect(due).toEqual({ day: each.due, provisional: each.provisional })
})
