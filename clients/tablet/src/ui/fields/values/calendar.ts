/** Days of a month as a calendar sheet shows them. Days are ISO dates and know no zone. */

/** Weeks from Monday to Sunday that touch a month (`2026-11`), days of its neighbours included. */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`
  const weeks: string[][] = []
  for (
    let day = plusDays(first, -weekday(first));
    weeks.length === 0 || day.startsWith(month);
    day = plusDays(day, 7)
  )
    weeks.push(Array.from({ length: 7 }, (_, index) => plusDays(day, index)))
  return weeks
}

/** 0 for Monday … 6 for Sunday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00Z`).getUTCDay() + 6) % 7
}

export function plusDays(day: string, count: number): string {
  return iso(Date.parse(`${day}T00:00Z`) + count * 86_400_000)
}

/** The same day some months on, or the last one of a shorter month. */
export function plusMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + count, 0))
  return iso(last.setUTCDate(Math.min(date, last.getUTCDate())))
}

/** Where a key leads from a day, as in every calendar grid; `null`: not a key of the calendar. */
export function dayByKey(day: string, key: string): string | null {
  switch (key) {
    case 'ArrowLeft':
      return plusDays(day, -1)
    case 'ArrowRight':
      return plusDays(day, 1)
    case 'ArrowUp':
      return plusDays(day, -7)
    case 'ArrowDown':
      return plusDays(day, 7)
    case 'Home':
      return plusDays(day, -weekday(day))
    case 'End':
      return plusDays(day, 6 - weekday(day))
    case 'PageUp':
      return plusMonths(day, -1)
    case 'PageDown':
      return plusMonths(day, 1)
    default:
      return null
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
