/** Over so many ms off, the person is asked to set the clock (protocol §3.4). */
export const CLOCK_WARNING = 600_000

/** The server's clock minus ours, in ms; 0 when an answer names no moment. */
export function offsetOf(asked: string, said: string): number {
  const offset = Date.parse(said) - Date.parse(asked)
  return Number.isFinite(offset) ? offset : 0
}
