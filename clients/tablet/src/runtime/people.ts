/**
 * Who stands in front of this tablet: PIN, lock, change of person (tablet.md §1.5). How people get here is `login.ts`.
 *
 * A token lies wrapped under what opens it; somebody without a PIN (an office browser) keeps it plain. A wrong PIN costs
 * time, ten of them the token, never data nor unsent work: a password or start code lets him in to the same database.
 */

import type { Person } from '@/runtime/port/tablet'
import { Denied } from './denied'
import { type DeviceStore, type Known, NOBODY, type Shift, type Snapshot } from './device'
import type { By } from './messages'
import { afterFailure, isWeak, MOST_TRIES, NO_TRIES, SHORTEST_PIN, seal, unseal, waitOf } from './pin'

/** Who is logged in. `token` is null while it is wrapped or ended: then nothing can be read from the server. */
export interface Current {
  readonly person: Known
  readonly token: string | null
  readonly locked: boolean
}

export class People {
  /** Outlives the lock, so that a locked tablet stays up to date; never another person. */
  private held: { user: string; token: string } | null = null

  constructor(
    private readonly device: DeviceStore,
    private readonly now: () => number = Date.now,
  ) {}

  async list(): Promise<Person[]> {
    return (await this.device.read()).people.map(personOf)
  }

  async current(): Promise<Current | null> {
    const { people, shift } = await this.device.read()
    const person = people.find((one) => one.user === shift.user)
    const held = person && this.held?.user === person.user ? this.held.token : null
    const token = shift.token ?? person?.token ?? held
    this.held = person && token ? { user: person.user, token } : null
    if (!person) return null
    return { person, token, locked: shift.locked || (token === null && person.sealed !== null) }
  }

  /** Choose a PIN, or do without one. */
  async setPin(pin: string | null, by?: By): Promise<void> {
    const current = await this.current()
    if (!current?.token || current.locked) throw new Denied('login')
    const { person, token } = current
    if (pin === null && mustSetPin(person)) throw new Denied('pin_needed')
    if (pin !== null && isWeak(pin)) throw new Denied('weak_pin', SHORTEST_PIN)
    const sealed = pin === null ? null : await seal(token, pin, 'pin')
    const chosen = { sealed, token: sealed ? null : token, pinned: pin !== null, tries: NO_TRIES }
    await this.amend(person.user, () => chosen, by)
    await this.enter(person.user, token, person.replica)
  }

  /** Let a person of this tablet in by his PIN; offline too. Whoever has none needs none. */
  async unlock(ask: { replica: string; pin: string }): Promise<void> {
    const { people } = await this.device.read()
    const person = people.find((one) => one.replica === ask.replica)
    if (!person) throw new Denied('nobody')
    if (person.token) await this.enter(person.user, person.token)
    else await this.open(person, ask.pin)
  }

  /**
   * Let a person in by what his token is wrapped with. The try is counted before its outcome is known, so that a crash
   * gives none for free.
   */
  async open({ user, sealed }: Known, secret: string): Promise<void> {
    if (!sealed) throw new Denied('login')
    const now = this.now()
    let wait = 0
    const { tries } = await this.amend(user, (known) => {
      wait = waitOf(known.tries, now)
      return wait ? {} : { tries: afterFailure(known.tries, now) }
    })
    if (wait) throw new Denied('pin_wait', Math.ceil(wait / 1000))
    const token = await unseal(sealed, secret)
    if (token !== null) {
      await this.amend(user, () => ({ tries: NO_TRIES }))
      return this.enter(user, token)
    }
    const left = MOST_TRIES - tries.failed
    if (left > 0) throw new Denied('wrong_pin', left)
    await this.amend(user, () => ({ sealed: null, tries: NO_TRIES }))
    throw new Denied('pin_spent')
  }

  /**
   * This person stands here now; his token lies open until the lock closes. Nobody else's does any longer: whoever has
   * no PIN is asked for his password again, or the next one could walk in as he.
   */
  async enter(user: string, token: string, by?: By): Promise<void> {
    this.held = { user, token }
    await this.device.change((now) => {
      refuseLate(now, by)
      const { card, people } = now
      if (card.wiping) throw new Denied('wiping')
      const sealed = people.find((one) => one.user === user)?.sealed
      const until = this.lockAt(card.lockAfterMinutes)
      const others = people.filter((one) => one.user !== user && one.token !== null)
      return {
        shift: { user, token: sealed ? token : null, locked: false, until },
        people: others.map((one) => ({ ...one, token: null })),
      }
    })
  }

  /** Nobody stands here; who did needs a log-in. Returns the token that is given up. */
  async leave(by?: By): Promise<string | null> {
    const current = await this.current()
    if (!current) return null
    await this.amend(current.person.user, () => ({ token: null, sealed: null, tries: NO_TRIES }), by, NOBODY)
    this.held = null
    return current.token
  }

  /** Close the lock: who has a PIN needs it again. */
  async lock(by?: By): Promise<void> {
    await this.device.change((now) => {
      refuseLate(now, by)
      return now.shift.user ? { shift: { locked: true, token: null } } : {}
    })
  }

  /** Somebody touches the tablet. */
  async touch(): Promise<void> {
    await this.device.change(({ card, shift }) =>
      shift.token && shift.until > this.now() ? { shift: { until: this.lockAt(card.lockAfterMinutes) } } : {},
    )
  }

  /** Close the lock if nobody has touched the tablet for too long; whoever has no PIN is left in. */
  async expire(): Promise<void> {
    await this.device.change(({ card, shift }) => {
      // Further away than ever set: the clock was put back meanwhile.
      const over = shift.until <= this.now() || shift.until > this.lockAt(card.lockAfterMinutes)
      return shift.token && over ? { shift: { locked: true, token: null } } : {}
    })
  }

  /** All there is for a person has just been read. */
  async filled(user: string): Promise<void> {
    await this.amend(user, () => ({ ready: true, lastSync: this.now() }))
  }

  /** What rounds of sync have found out about a person. */
  async note(user: string, found: Partial<Pick<Known, 'unsent' | 'photos' | 'ended'>>): Promise<void> {
    await this.amend(user, () => found)
  }

  private async amend(
    user: string,
    how: (person: Known) => Partial<Known>,
    by?: By,
    shift: Partial<Shift> = {},
  ): Promise<Known> {
    const after = await this.device.change((now) => {
      refuseLate(now, by)
      const person = now.people.find((one) => one.user === user)
      return person ? { people: [{ ...person, ...how(person) }], shift } : {}
    })
    const person = after.people.find((one) => one.user === user)
    if (!person) throw new Denied('nobody')
    return person
  }

  private lockAt(minutes: number): number {
    return this.now() + minutes * 60_000
  }
}

/** Whoever ordered it stood here when his page was made; a tab may have slept until another one did. */
function refuseLate({ people, shift }: Snapshot, by: By): void {
  const stands = people.find((one) => one.user === shift.user)
  if (by !== undefined && stands && stands.replica !== by) throw new Denied('person_changed')
}

/** He is in by a start code, or by password after a PIN, and has to choose one. */
const mustSetPin = (person: Known): boolean => person.sealed !== null && person.sealed.by !== 'pin'

/** A person as pages know him. */
export const personOf = (known: Known): Person => ({
  replica: known.replica,
  user: known.user,
  username: known.username,
  name: known.name,
  hasPin: known.sealed !== null,
  mustSetPin: mustSetPin(known),
  ended: known.ended,
  ready: known.ready,
  unsent: known.unsent,
  photos: known.photos,
  lastSync: known.lastSync,
})
