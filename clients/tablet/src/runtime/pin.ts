/**
 * A secret that is typed wraps a token that is not (tablet.md §1.5): PBKDF2-SHA-256 makes the key, AES-GCM wraps and
 * proves. Nothing kept here tells a right PIN from a wrong one but trying to open, and tries are counted.
 */

/** A wrapped token. `by` says what opens it: a PIN, or what he logged in with until he has chosen one. */
export interface Sealed {
  readonly by: 'pin' | 'code' | 'password'
  readonly salt: Uint8Array<ArrayBuffer>
  readonly iv: Uint8Array<ArrayBuffer>
  readonly rounds: number
  readonly data: ArrayBuffer
}

/** Tries that failed since the last good one, and the moment (ms) before which none is taken. */
export interface Tries {
  readonly failed: number
  readonly until: number
}

export const NO_TRIES: Tries = { failed: 0, until: 0 }
export const MOST_TRIES = 10
export const SHORTEST_PIN = 4
const ROUNDS = 600_000
const FREE_TRIES = 3
const LONGEST_WAIT = 300_000

/** Wrap a token. `rounds` is for tests alone. */
export async function seal(
  token: string,
  secret: string,
  by: Sealed['by'],
  rounds = ROUNDS,
): Promise<Sealed> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const key = await keyFor(fold(secret, by), salt, rounds)
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(token))
  return { by, salt, iv, rounds, data }
}

/** The token, or null if it is another secret. */
export async function unseal(sealed: Sealed, secret: string): Promise<string | null> {
  const key = await keyFor(fold(secret, sealed.by), sealed.salt, sealed.rounds)
  try {
    return new TextDecoder().decode(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, key, sealed.data),
    )
  } catch {
    return null
  }
}

/** What a failed try makes of those before: a few are free, then each wait is twice as long. */
export function afterFailure(tries: Tries, now: number): Tries {
  const failed = tries.failed + 1
  const wait = failed < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, 5_000 * 2 ** (failed - FREE_TRIES))
  return { failed, until: now + wait }
}

/** ms to wait before the next try; a clock that was set back never makes it longer than the longest wait. */
export function waitOf(tries: Tries, now: number): number {
  return Math.max(0, Math.min(LONGEST_WAIT, tries.until - now))
}

/** Tell whether a PIN is too short or one that everybody tries first. */
export function isWeak(pin: string): boolean {
  if (pin.length < SHORTEST_PIN || pin.length > 64) return true
  const steps = Array.from(pin).map((sign, i) => (i ? sign.charCodeAt(0) - pin.charCodeAt(i - 1) : null))
  return [0, 1, -1].some((step) => steps.every((found) => found === null || found === step))
}

/** The server compares codes without case, spaces and hyphens; a PIN or password is taken as it is typed. */
function fold(secret: string, by: Sealed['by']): string {
  return by === 'code' ? secret.toUpperCase().replace(/[\s-]/g, '') : secret.normalize('NFC')
}

async function keyFor(secret: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const raw = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'PBKDF2', false, [
    'deriveKey',
  ])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
