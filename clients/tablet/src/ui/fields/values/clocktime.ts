/** Times of day as people type them: `9`, `930`, `9:30`, `9.30`, `9 30`. */

/** `09:30`; `null`: nothing; `undefined`: no time. */
export function parseClock(typed: string): string | null | undefined {
  const text = typed.normalize('NFKC').trim()
  if (!text) return null
  const match = /^(\d{1,2})(?:[:.\- ]?(\d{2}))?$/.exec(text)
  if (!match) return undefined
  const hour = Number(match[1])
  const minute = Number(match[2] ?? 0)
  if (hour > 23 || minute > 59) return undefined
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}
