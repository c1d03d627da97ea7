/** Why the tablet itself refuses, as a stable code; its words are `device.refused.<code>`. */
export type DeniedCode =
  | 'wrong_pin'
  | 'pin_wait'
  | 'pin_spent'
  | 'pin_needed'
  | 'weak_pin'
  | 'login'
  | 'nobody'
  | 'wiping'
  | 'unsent_work'
  | 'no_room'
  | 'person_changed'

/** `count` chooses the plural part of the words: tries left, seconds to wait, least signs of a PIN, what is unsent. */
export class Denied extends Error {
  readonly extra: Readonly<Record<string, number>>

  constructor(
    readonly code: DeniedCode,
    readonly count?: number,
  ) {
    super(code)
    this.extra = count === undefined ? {} : { [code === 'pin_wait' ? 'wait' : 'count']: count }
  }
}
