/** The stable code of whatever was thrown, `''` if it has none; what the server said with it; ms that it wants to rest. */
export interface Thrown {
  readonly code: string
  readonly extra: Readonly<Record<string, unknown>>
  readonly wait: number | null
}

export function thrownOf(thrown: unknown): Thrown {
  const { code, extra, problem } = bodyOf(thrown)
  const wait = bodyOf(problem).retryAfter
  return {
    code: typeof code === 'string' ? code : '',
    extra: bodyOf(extra),
    wait: typeof wait === 'number' ? wait : null,
  }
}

/** Statuses of a server that takes nothing now, but may later. */
const LATER: readonly unknown[] = [429, 502, 503, 504, 507]

/** Tells whether the same may be well another time: no answer came, or the server is full. */
export function isPassing(thrown: unknown): boolean {
  return thrownOf(thrown).code === 'offline' || LATER.includes(bodyOf(bodyOf(thrown).problem).status)
}

function bodyOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
