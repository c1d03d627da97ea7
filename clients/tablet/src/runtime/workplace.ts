/**
 * The databases of everybody who works on this tablet, and their exchange with the server: a `Workplace`.
 *
 * A store is opened once and always knows how its records are seen (`Store.shape`): also what is done for somebody who
 * is not logged in keeps what he typed in sight.
 */

import { tidy } from '@/blobs/keeping'
import { blobsOver } from '@/blobs/server'
import { offerAll, sendAll } from '@/blobs/uploads'
import { Known as Knowledge } from '@/engine/manifest'
import type { End } from '@/engine/syncing'
import { type Http, Offline } from '@/net/http'
import { transportOver } from '@/net/transport'
import type { Manifest } from '@/protocol/manifest'
import type { Around } from '@/replica/exchange'
import { fork } from '@/replica/mending'
import { Sync, type Watcher } from '@/replica/sync'
import { shapeOf } from '@/replica/view'
import type { Shape, Store } from '@/store/port'
import type { Known } from './device'
import type { Progress, Workplace } from './tablet'

export interface Means {
  readonly http: Http
  readonly host: string
  /** Opens a database or makes it. */
  open(name: string): Promise<Store>
  around(): Around
  /** Originals of photos wait for Wi-Fi. */
  onlyThumbs(): Promise<boolean>
  progress(news: Partial<Progress>): void
  /** An answer was taken in, in so many ms. */
  applied(ms: number): void
  /** Somebody's manifest has changed. */
  renewed(user: string): Promise<void>
  failed(error: unknown): void
}

export class Databases implements Workplace {
  readonly #stores = new Map<string, Promise<Store>>()

  constructor(private readonly means: Means) {}

  /** Somebody's database, opened once. */
  async store({ database }: Pick<Known, 'database'>): Promise<Store> {
    const known = this.#stores.get(database)
    if (known && !(await known).erased) return known
    // Meanwhile somebody else may have opened it anew.
    if (this.#stores.get(database) !== known) return this.store({ database })
    const store = this.#open(database)
    this.#stores.set(database, store)
    store.catch(() => this.#stores.delete(database))
    return store
  }

  async admit(who: Known): Promise<void> {
    const store = await this.store(who)
    const before = await store.read((at) => at.meta('replica'))
    if (before !== undefined && before !== who.replica) await fork(store, who.replica)
    const { replica, user, username, short } = who
    await store.write((at) => at.setMeta({ replica, user, username, short, url: this.means.host }))
  }

  async mustFork(who: Known): Promise<boolean> {
    const store = await this.store(who)
    return (await store.read((at) => at.meta('fork'))) ?? false
  }

  async fill(who: Known, token: string): Promise<void> {
    const end = await this.sync(who, token)
    if (end.kind !== 'done') throw new Offline(end.kind)
  }

  async unsent(who: Known): Promise<{ ops: number; photos: number }> {
    const store = await this.store(who)
    return store.read(async (at) => ({
      ops: await at.countOps(['waiting', 'sent']),
      photos: (await at.blobs(['kept', 'sending'])).filter((blob) => blob.refs.length).length,
    }))
  }

  async erase(who: Known): Promise<void> {
    const store = await this.store(who)
    this.#stores.delete(who.database)
    await store.erase()
  }

  async sync(who: Known, token: string): Promise<End> {
    const store = await this.store(who)
    let read = 0
    const all = (await this.unsent(who)).ops
    const sync = this.#sync(store, who, token, {
      took: (taken, ms) => {
        this.means.applied(ms)
        read += taken.changes
        const done = Math.max(0, all - taken.outbox)
        this.means.progress({ online: true, read, sending: all ? { done, all } : null })
      },
    })
    return this.#ended(who, await sync.round())
  }

  async handIn(who: Known, token: string): Promise<End> {
    const store = await this.store(who)
    return this.#ended(who, await this.#sync(store, who, token, {}).handIn())
  }

  async offer(who: Known): Promise<boolean> {
    const token = who.push ?? who.token
    const { ops, photos } = await this.unsent(who)
    // Nothing to offer, or nothing to offer it with: waiting would change neither.
    if (!token || !(ops || photos)) return true
    const end = await this.handIn(who, token)
    if (end.kind === 'failed' || end.kind === 'busy') return false
    return photos === 0 || this.#offerPhotos(who, token)
  }

  async #offerPhotos(who: Known, token: string): Promise<boolean> {
    return offerAll(await this.store(who), blobsOver(this.means.http, token))
  }

  async upload(who: Known, token: string, again: boolean): Promise<boolean> {
    const store = await this.store(who)
    const onlyThumbs = await this.means.onlyThumbs()
    const server = blobsOver(this.means.http, token)
    if (!(await sendAll(store, server, { onlyThumbs, again }))) return false
    await tidy(store, server, this.means.around().now)
    return true
  }

  /** A store that was erased by the way is of no more use; whoever asks for it gets an empty one. */
  #ended(who: Known, end: End): End {
    if (end.kind === 'erased') this.#stores.delete(who.database)
    return end
  }

  #sync(store: Store, who: Known, token: string, watcher: Watcher): Sync {
    return new Sync(
      store,
      transportOver(this.means.http, () => token),
      () => this.means.around(),
      {
        ...watcher,
        offerBlobs: async () => {
          if (!(await this.#offerPhotos(who, token))) throw new Offline('photos are still to be offered')
        },
        renewed: async (manifest) => {
          store.shape(plainShape(manifest))
          await store.write((at) => at.layAnew())
          await this.means.renewed(who.user)
        },
        failed: (error) => this.means.failed(error),
      },
    )
  }

  async #open(database: string): Promise<Store> {
    const store = await this.means.open(database)
    const manifest = await store.read((at) => at.meta('manifest'))
    if (manifest) store.shape(plainShape(manifest))
    return store
  }
}

/** How records are seen while nobody works with them. */
function plainShape(manifest: Manifest): Shape {
  return shapeOf(new Knowledge(manifest), Date.now)
}
