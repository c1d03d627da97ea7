/**
 * One round of sync of the whole tablet: who is logged in first, then what others left unsent (tablet.md §2.4,
 * protocol §5). Run by the tab that leads.
 */
import type { End as SyncEnd } from '@/engine/syncing'
import { thrownOf } from '@/net/thrown'
import type { DeviceStore, Known } from './device'
import type { LogIns } from './login'
import type { People } from './people'
import type { End } from './rounds'
import type { Wipe } from './wipe'

/** What a round does with a replica. */
export interface Exchange {
  /** Push and pull until everything is sent and read. */
  sync(who: Known, token: string): Promise<SyncEnd>
  /** Push alone, by a token that can read nothing. */
  handIn(who: Known, token: string): Promise<SyncEnd>
  /**
   * Send photos and files, with `again` also what the server has refused; false: there are texts to be sent first.
   * Rejects with an error that bears `code`.
   */
  upload(who: Known, token: string, again: boolean): Promise<boolean>
  unsent(who: Known): Promise<{ ops: number; photos: number }>
}

/** What ends a round before its time. */
class Ended extends Error {
  constructor(readonly end: End) {
    super(end.kind)
  }
}

export class Round {
  constructor(
    private readonly device: DeviceStore,
    private readonly people: People,
    private readonly logIns: LogIns,
    private readonly exchange: Exchange,
    private readonly wipe: Wipe,
  ) {}

  /** `again`: a person asks that what was refused be tried once more. */
  async run(again = false): Promise<End> {
    try {
      await this.wiping()
      const current = await this.people.current()
      if (current) await this.serve(current.person, current.token, again)
      for (const other of (await this.device.read()).people) {
        if (other.user !== current?.person.user) await this.carry(other, again)
      }
      await this.logIns.prepare()
      return { kind: 'done' }
    } catch (thrown) {
      return thrown instanceof Ended ? thrown.end : { kind: 'failed' }
    } finally {
      await this.count()
    }
  }

  /** Sync who is logged in; if his session has ended, his work leaves all the same. */
  private async serve(person: Known, token: string | null, again: boolean): Promise<void> {
    if (!token || person.ended) return this.carry(person, again)
    do {
      const end = await this.heard(this.exchange.sync(person, token))
      if (end === 'log in') {
        await this.people.note(person.user, { ended: true })
        return this.carry(person, again)
      }
      if (end === 'done') await this.people.filled(person.user)
    } while (!(await this.sent(this.exchange.upload(person, token, again))))
  }

  /** Send what somebody left unsent, without reading anything for him. */
  private async carry(person: Known, again: boolean): Promise<void> {
    const { push } = person
    const { ops, photos } = await this.exchange.unsent(person)
    if (push && ops) await this.heard(this.exchange.handIn(person, push))
    if (push && photos) await this.sent(this.exchange.upload(person, push, again))
  }

  /** How a sync ended for this person; whatever concerns the others too ends the round. */
  private async heard(sync: Promise<SyncEnd>): Promise<SyncEnd['kind']> {
    const end = await sync
    if (end.kind === 'failed' || end.kind === 'busy') throw new Ended(end)
    if (end.kind === 'erased') {
      await this.wipe.begin(false)
      await this.wiping()
    }
    return end.kind
  }

  /** Tell whether photos are through, for now; one person's dead token must not hold up the others. */
  private async sent(upload: Promise<boolean>): Promise<boolean> {
    try {
      return await upload
    } catch (thrown) {
      const { code, extra, wait } = thrownOf(thrown)
      if (code === 'unauthorized') return true
      if (code === 'device_revoked') {
        await this.wipe.begin(extra.at_once === true)
        await this.wiping()
      }
      throw new Ended(wait === null ? { kind: 'failed' } : { kind: 'busy', wait })
    }
  }

  private async wiping(): Promise<void> {
    const how = await this.wipe.proceed()
    if (how !== 'none') throw new Ended({ kind: how === 'done' ? 'done' : 'failed' })
  }

  /** Note what everybody has left unsent, for whoever looks at the list of people. */
  async count(): Promise<void> {
    for (const { user, unsent, photos, ...person } of (await this.device.read()).people) {
      const left = await this.exchange.unsent({ ...person, user, unsent, photos })
      if (left.ops !== unsent || left.photos !== photos)
        await this.people.note(user, { unsent: left.ops, photos: left.photos })
    }
  }
}
