/** ISO 8601 durations of the wire (`PT2H30M`) as hours, minutes and seconds. */

export interface Span {
  hours: number
  minutes: number
  seconds: number
}

const PATTERN = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/

/** Weeks and days come out as hours; `null`: not a duration. */
export function parseDuration(text: string): Span | null {
  const match = PATTERN.exec(text)
  if (!match) return null
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  return { hours: (weeks * 7 + days) * 24 + hours, minutes, seconds }
}

/** `null` where nothing is left; minutes over an hour are carried. */
export function writeDuration({ hours, minutes, seconds }: Span): string | null {
  const all = Math.round(hours * 3600 + minutes * 60 + seconds)
  if (!Number.isFinite(all) || all <= 0) return null
  const parts: [number, string][] = [
    [Math.floor(all / 3600), 'H'],
    [Math.floor(all / 60) % 60, 'M'],
    [all % 60, 'S'],
  ]
  return `PT${parts
    .filter(([count]) => count)
    .map(([count, unit]) => count + unit)
    .join('')}`
}
