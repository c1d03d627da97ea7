/**
 * The small database `wuye:devices`: this tablet, the people who work on it, and who stands in front of it now
 * (tablet.md §5). All tabs share it; who is logged in in one is logged in in all.
 */
import { Dexie, liveQuery, type Table } from 'dexie'
import type { Sealed, Tries } from './pin'

/** The tablet itself. */
export interface Card {
  readonly id: string
  readonly name: string
  readonly wifiOnly: boolean
  readonly lockAfterMinutes: number
  /** A wipe is under way; nobody gets in (protocol §5). */
  readonly wiping: { readonly atOnce: boolean } | null
  readonly wiped: boolean
}

/** Somebody who has worked here; one replica each (protocol §1). */
export interface Known {
  readonly user: string
  readonly replica: string
  /** The replica's database. A fork changes the replica's id but not this. */
  readonly database: string
  /** His part of device numbers, `T07B`. */
  readonly short: string
  readonly username: string
  readonly name: string
  readonly locale: string
  /** One of these, or none after a log-out and after too many wrong PINs. */
  readonly token: string | null
  readonly sealed: Sealed | null
  /** He works with a PIN here, and needs one again after a log-out. */
  readonly pinned: boolean
  /** Sends what he left unsent while another is logged in; reads nothing. */
  readonly push: string | null
  readonly tries: Tries
  /** The server no longer takes his token: he must log in; his work leaves all the same (protocol §5). */
  readonly ended: boolean
  readonly ready: boolean
  readonly unsent: number
  readonly photos: number
  readonly lastSync: number | null
}

/**
 * Who is logged in. The open token lies here until the lock closes, so that a reload in the middle of work (the camera
 * killed the page, WebKit lost its process) does not ask for the PIN; his data lie as open beside it (tablet.md §1.5).
 */
export interface Shift {
  readonly user: string | null
  readonly token: string | null
  readonly locked: boolean
  /** When the lock closes unless somebody touches the tablet, ms. */
  readonly until: number
}

export interface Snapshot {
  readonly card: Card
  readonly people: readonly Known[]
  readonly shift: Shift
}

export const NOBODY: Shift = { user: null, token: null, locked: false, until: 0 }

class Tables extends Dexie {
  declare readonly people: Table<Known, string>
  declare readonly one: Table<{ k: 'card' | 'shift'; v: unknown }, string>

  constructor(name: string) {
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ people: 'user', one: 'k' })
  }
}

export class DeviceStore {
  private readonly tables: Tables

  /** `newId` makes the device's id, once. */
  constructor(
    private readonly newId: () => string,
    name = 'wuye:devices',
  ) {
    this.tables = new Tables(name)
  }

  async read(): Promise<Snapshot> {
    return (await this.look()) ?? this.change(() => ({}))
  }

  /**
   * Write what `decide` says of what is there, in one transaction; `decide` awaits nothing.
   * People that it returns are put, others stay.
   */
  change(
    decide: (now: Snapshot) => { card?: Partial<Card>; shift?: Partial<Shift>; people?: readonly Known[] },
  ): Promise<Snapshot> {
    return this.tables.transaction('rw', this.all, async () => {
      const { one, people } = this.tables
      const before = (await this.snapshot()) ?? { card: newCard(this.newId()), people: [], shift: NOBODY }
      const wish = decide(before)
      const card = { ...before.card, ...wish.card }
      const shift = { ...before.shift, ...wish.shift }
      await one.bulkPut([
        { k: 'card', v: card },
        { k: 'shift', v: shift },
      ])
      if (wish.people) await people.bulkPut([...wish.people])
      return { card, shift, people: await people.toArray() }
    })
  }

  async forget(user: string): Promise<void> {
    await this.tables.people.delete(user)
  }

  /** After a wipe: nobody, and another device, for this one is revoked. */
  async reset(): Promise<void> {
    await this.tables.transaction('rw', this.all, async () => {
      await this.tables.people.clear()
      await this.tables.one.bulkPut([
        { k: 'card', v: { ...newCard(this.newId()), wiped: true } },
        { k: 'shift', v: NOBODY },
      ])
    })
  }

  /** Called now and after each change, of this tab or another; returns what ends it. */
  watch(tell: (now: Snapshot) => void): () => void {
    const watching = liveQuery(() => this.look()).subscribe((now) => now && tell(now))
    return () => watching.unsubscribe()
  }

  close(): void {
    this.tables.close()
  }

  private get all() {
    return [this.tables.people, this.tables.one]
  }

  private look(): Promise<Snapshot | null> {
    return this.tables.transaction('r', this.all, () => this.snapshot())
  }

  private async snapshot(): Promise<Snapshot | null> {
    const [card, shift] = await this.tables.one.bulkGet(['card', 'shift'])
    if (!card || !shift) return null
    return { card: card.v as Card, shift: shift.v as Shift, people: await this.tables.people.toArray() }
  }
}

/** A replica's part of device numbers: the device's name, with a letter from its second person on. */
export function shortFor(card: Card, taken: readonly string[]): string {
  const base = baseOf(card)
  const free = ['', ...'BCDEFGHJKLMNPQRSTUVWXYZ'].find((letter) => !taken.includes(base + letter))
  return base + (free ?? String(taken.length + 1))
}

/** The same part after the device got another name. */
export function renamed(short: string, before: Card, after: Card): string {
  return baseOf(after) + short.slice(baseOf(before).length)
}

/** A setting as it may be; minutes until the lock closes are bounded, for nobody means "never". */
export function settingsOf(name: 'wifiOnly' | 'lockAfterMinutes', value: boolean | number): Partial<Card> {
  if (name === 'wifiOnly') return { wifiOnly: value === true }
  return { lockAfterMinutes: Math.min(60, Math.max(1, Math.round(Number(value)) || 5)) }
}

function baseOf({ name, id }: Card): string {
  return (
    name
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, '')
      .slice(0, 6) || id.slice(-4).toUpperCase()
  )
}

const newCard = (id: string): Card => ({
  id,
  name: '',
  wifiOnly: false,
  lockAfterMinutes: 5,
  wiping: null,
  wiped: false,
})
