/**
 * How people get onto this tablet and off it: log-in, enrolment, log-out, removal (protocol §2, §5).
 *
 * A database outlives its tokens: whoever comes back, by password or start code, finds his data and unsent work.
 */
import type { Http } from '@/net/http'
import { thrownOf } from '@/net/thrown'
import type * as wire from '@/protocol/wire'
import type { LoggedIn, Person } from '@/runtime/port/tablet'
import { Denied } from './denied'
import { type DeviceStore, type Known, renamed, shortFor } from './device'
import type { By } from './messages'
import { type People, personOf } from './people'
import { NO_TRIES, seal } from './pin'
import type { Wipe } from './wipe'

/** What a log-in needs of replicas' databases. */
export interface Replicas {
  /** Open or make a person's database and name it his; a replica id other than it bears is a fork (protocol §3.1). */
  admit(who: Known): Promise<void>
  /** Tell whether the database was found to be a clone, so that the next log-in must ask for another replica. */
  mustFork(who: Known): Promise<boolean>
  /** Read everything there is, for the first time. */
  fill(who: Known, token: string): Promise<void>
  unsent(who: Known): Promise<{ ops: number; photos: number }>
  erase(who: Known): Promise<void>
}

/** What the tablet tells of itself; `host` is the server that it belongs to. */
export interface About {
  readonly host: string
  readonly platform: string
  readonly app: string
}

export interface Asked {
  readonly username: string
  readonly password?: string
  readonly code?: string
  readonly newPassword?: string
}

interface Secret {
  readonly by: 'code' | 'password'
  readonly text: string
}

export class LogIns {
  /** Tokens of enrolled people whose data are not here yet; wrapped elsewhere, so only this page can fetch them. */
  private readonly unprepared = new Map<string, string>()

  constructor(
    private readonly device: DeviceStore,
    private readonly people: People,
    private readonly http: Pick<Http, 'call'>,
    private readonly replicas: Replicas,
    private readonly wipe: Wipe,
    private readonly about: About,
  ) {}

  /** Log in by password or start code; a code that was prepared on this tablet needs no network. */
  async login(asked: Asked): Promise<LoggedIn> {
    const { card, people } = await this.device.read()
    if (card.wiping) throw new Denied('wiping')
    const known = people.find((one) => fold(one.username) === fold(asked.username))
    if (!asked.code || known?.sealed?.by !== 'code') return this.online(asked, known)
    try {
      await this.people.open(known, asked.code)
      return { person: personOf(known), passwordExpired: false }
    } catch (refused) {
      // It may be a newer code, which only the server knows.
      return this.online(asked, known).catch((error: unknown) => {
        throw thrownOf(error).code === 'offline' ? refused : error
      })
    }
  }

  /**
   * Enter the people of a shift: sessions at once, then everybody's data, so that a first log-in works in the basement.
   * Whose data could not be read yet is not `ready`; `prepare` goes on with him.
   */
  async enrol(ticket: string): Promise<{ people: Person[] }> {
    const body: wire.Redemption = { ticket, device: await this.tells() }
    const reply = await this.http.call('POST', '/enrolments/redeem', { body })
    const said = (await reply.json()) as wire.Enrolled
    await this.device.change(() => ({ card: { name: said.device.name ?? '' } }))
    for (const one of said.people) {
      await this.admit(one, { by: 'code', text: one.code })
      this.unprepared.set(one.user.id, one.token)
    }
    await this.prepare().catch((error: unknown) => {
      if (thrownOf(error).code !== 'offline') throw error
    })
    return { people: await this.people.list() }
  }

  /** Read the data of enrolled people who have none yet. */
  async prepare(): Promise<void> {
    for (const [user, token] of this.unprepared) {
      const person = (await this.device.read()).people.find((one) => one.user === user)
      if (person) await this.replicas.fill(person, token)
      if (person) await this.people.filled(user)
      this.unprepared.delete(user)
    }
  }

  /** Give the tablet another name; device numbers made from now on bear it. */
  async rename(name: string): Promise<void> {
    const before = (await this.device.read()).card
    const { people } = await this.device.change(({ card, people }) => ({
      card: { name: name.trim() },
      people: people.map((one) => ({ ...one, short: renamed(one.short, card, { ...card, name }) })),
    }))
    if (name.trim() !== before.name) await Promise.all(people.map((one) => this.replicas.admit(one)))
  }

  /**
   * End the session; data and unsent work stay, and a password opens them again. While work is unsent the server is not
   * told: the session's end would have that work held for review (protocol §5).
   */
  async logout(by?: By): Promise<void> {
    const person = (await this.people.current())?.person
    const token = await this.people.leave(by)
    if (!person) return
    const { ops, photos } = await this.replicas.unsent(person)
    if (!ops && !photos) await this.hangUp(token)
  }

  /** Remove a person from this tablet, unless something of his is unsent. */
  async forgetPerson(replica: string): Promise<void> {
    const { people, shift } = await this.device.read()
    const person = people.find((one) => one.replica === replica)
    if (!person) return
    const { ops, photos } = await this.replicas.unsent(person)
    if (ops || photos) throw new Denied('unsent_work', ops + photos)
    const token = shift.user === person.user ? await this.people.leave(replica) : person.token
    await this.replicas.erase(person)
    await this.device.forget(person.user)
    await this.hangUp(token)
  }

  private async online(asked: Asked, known: Known | undefined): Promise<LoggedIn> {
    const secret: Secret = asked.code
      ? { by: 'code', text: asked.code }
      : { by: 'password', text: asked.newPassword ?? asked.password ?? '' }
    const wish: wire.LogIn = {
      username: asked.username,
      ...(asked.code ? { code: asked.code } : { password: asked.password ?? '' }),
      ...(asked.newPassword ? { new_password: asked.newPassword } : {}),
      device: await this.tells(),
    }
    const forking = known !== undefined && (await this.replicas.mustFork(known))
    const mine = known && (forking ? { fork_of: known.replica } : { adopt: known.replica })
    try {
      const said = await this.session({ ...wish, ...mine })
      const before = (await this.device.read()).people.find((one) => one.user === said.user.id)
      // Who came by a code or works with a PIN must choose one; until then what he typed opens.
      const person = await this.admit(said, asked.code || before?.pinned ? secret : null)
      await this.people.enter(person.user, said.token)
      return { person: personOf(person), passwordExpired: false }
    } catch (error) {
      const { code, extra } = thrownOf(error)
      if (code === 'device_revoked') await this.wipe.begin(extra.at_once === true)
      if (code !== 'password_expired') throw error
      return { person: personOf(known ?? stranger(asked.username)), passwordExpired: true }
    }
  }

  /** Enter who has just been given a session; his token is wrapped under `secret`, or plain without one. */
  private async admit(said: wire.LoggedIn, secret: Secret | null): Promise<Known> {
    const { card, people } = await this.device.read()
    const known = people.find((one) => one.user === said.user.id)
    const sealed = secret && (await seal(said.token, secret.text, secret.by))
    const taken = people.filter((one) => one !== known).map((one) => one.short)
    // Two copies of one database must not give the same device number.
    const tail = known && known.replica !== said.replica ? said.replica.slice(-2).toUpperCase() : ''
    const person: Known = {
      ...(known ?? stranger(said.user.username)),
      user: said.user.id,
      username: said.user.username,
      name: said.user.name || said.user.username,
      locale: said.user.locale ?? '',
      replica: said.replica,
      database: known?.database ?? `wuye:${this.about.host}:${said.replica}`,
      short: (known?.short ?? shortFor(card, taken)) + tail,
      token: sealed ? null : said.token,
      sealed,
      pinned: sealed !== null,
      push: said.push_token,
      tries: NO_TRIES,
      ended: false,
    }
    await this.replicas.admit(person)
    await this.device.change(() => ({ people: [person], card: { wiped: false } }))
    return person
  }

  private async session(wish: wire.LogIn): Promise<wire.LoggedIn> {
    const said = (await (await this.http.call('POST', '/session', { body: wish })).json()) as wire.LoggedIn
    if (!wish.adopt || said.replica === wish.adopt || !wish.password) return said
    // The server's replica for this user and device is another database than this one.
    const { adopt, new_password, ...again } = wish
    return this.session({ ...again, password: new_password ?? wish.password, fork_of: adopt })
  }

  private async tells(): Promise<wire.Device> {
    const { card } = await this.device.read()
    return { id: card.id, name: card.name, platform: this.about.platform, app: this.about.app }
  }

  /** Tell the server that a session has ended; without a network it ends by itself, at its time. */
  private async hangUp(token: string | null): Promise<void> {
    if (token) await this.http.call('DELETE', '/session', { token }).catch(() => {})
  }
}

const stranger = (username: string): Known => ({
  user: '',
  replica: '',
  database: '',
  short: '',
  username,
  name: username,
  locale: '',
  token: null,
  sealed: null,
  pinned: false,
  push: null,
  tries: NO_TRIES,
  ended: false,
  ready: false,
  unsent: 0,
  photos: 0,
  lastSync: null,
})

const fold = (name: string): string => name.normalize('NFKC').toLowerCase().trim()
