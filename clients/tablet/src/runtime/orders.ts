/** What pages command, and who carries it out. */
import type { Darkroom } from '@/blobs/photo'
import { blobsOver } from '@/blobs/server'
import { type Http, Offline } from '@/net/http'
import { Refusal } from '@/replica/refusal'
import type { Told } from '@/replica/replica'
import type { Store } from '@/store/port'
import { Denied } from './denied'
import type { Desk } from './desk'
import { levelOf, type Room } from './health'
import type { Measuring } from './measuring'
import type { By } from './messages'
import type { Orders } from './serving'
import type { Tablet } from './tablet'

/** What carrying out needs beside desk and tablet. */
export interface Tools {
  readonly http: Http
  readonly darkroom: Darkroom
  readonly measuring: Measuring
  room(): Room
  now(): number
}

/** `by`: for whom the page was showing when it asked; nobody else's data are touched. */
export function ordersOf(desk: Desk, tablet: Tablet, tools: Tools, by: By): Orders {
  const { http, darkroom, measuring, now } = tools
  const told = async (): Promise<Told> => (await desk.told(by)) ?? refuse()
  const store = async (): Promise<Store> => (await desk.store(by)) ?? refuse()
  const token = async (): Promise<string | null> => (await tablet.people.current())?.token ?? null
  /** What was typed goes to who typed it, though his lock may have closed or somebody else have come meanwhile. */
  const typists = async (): Promise<Store> => {
    const { card, people } = await tablet.device.read()
    const typist = card.wiping ? undefined : people.find(({ replica }) => replica === by)
    return typist ? desk.storeFor(typist) : store()
  }
  /** Done when everybody here knows who stands in front of the tablet. */
  const seated = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work
    await desk.seat(await tablet.device.read())
    return done
  }
  return {
    speak: (lang) => desk.speak(lang),
    async login(ask) {
      const inside = await seated(tablet.logIns.login(ask))
      if (!inside.passwordExpired) tablet.wish('start')
      return inside
    },
    setPin: (pin) => seated(tablet.people.setPin(pin, by)),
    async unlock(ask) {
      await seated(tablet.people.unlock(ask))
      tablet.wish('visible')
    },
    lock: () => seated(tablet.people.lock(by)),
    logout: () => seated(tablet.logIns.logout(by)),
    forgetPerson: (replica) => seated(tablet.logIns.forgetPerson(replica)),
    enrol: (ticket) => seated(tablet.logIns.enrol(ticket)),
    setDeviceName: (name) => seated(tablet.logIns.rename(name)),
    setSetting: (name, value) => seated(tablet.set(name, value)),

    check: async (entry) => (await told()).check(entry),
    async commit({ steps, draft }) {
      const done = await measuring.commit(async () => (await told()).replica.writer.commit(steps, draft))
      tablet.wish('op')
      return done
    },
    async saveDraft(draft) {
      const kept = await typists()
      await kept.write((at) => at.putDraft(draft))
    },
    async readDraft(key) {
      const draft = await (await store()).read((at) => at.draft(key))
      return draft ?? null
    },
    async dropDraft(key) {
      const kept = await store()
      await kept.write((at) => at.dropDraft(key))
    },
    async resolve({ site, review, ops, set }) {
      const done = await (await told()).replica.writer.resolve({ site, id: review }, ops, set)
      tablet.wish('op')
      return done
    },
    async putAway({ site, review, items, away }) {
      const { replica } = await told()
      const { putAway } = await import('@/replica/putaway')
      await putAway(replica.view, { site, id: review }, items, away)
    },
    undo: async (op) => (await told()).replica.writer.undo(op),
    history: async (place) => (await (await told()).histories()).lines(place),
    async choices(ask) {
      const { choosing, replica } = await told()
      const { choices, shown } = await choosing.choices(ask)
      await replica.writer.look(shown, 'view', null)
      return choices
    },
    async look({ entity, site, ids, screen, reason }) {
      const { replica } = await told()
      const seen = await Promise.all(ids.map((id) => replica.view.get({ site, entity, id })))
      const here = seen.filter((each) => each !== null)
      await replica.writer.look(here, screen, reason ?? null)
    },
    sheet: async ({ form, ...place }) => (await told()).sheet(place, form),

    async attach(file) {
      if (levelOf(tools.room()) === 'full') throw new Denied('no_room')
      const { keep, limitsOf } = await import('@/blobs/keeping')
      const { limits } = (await told()).replica.known.manifest
      return keep(await store(), darkroom, file, limitsOf(limits), now())
    },
    async blob({ sha256, thumb = false }) {
      const { open } = await import('@/blobs/keeping')
      const bearer = tablet.progressed.online ? await token() : null
      return open(await store(), bearer ? blobsOver(http, bearer) : null, sha256, thumb, now()).catch(
        () => null,
      )
    },

    syncNow: () => tablet.wish('user'),
    async exportUnsent() {
      const { carryOut } = await import('@/replica/carrying')
      return carryOut(await store(), now())
    },
    async importUnsent(file) {
      const { carryIn } = await import('@/replica/carrying')
      const taken = await carryIn(await store(), file, now())
      tablet.wish('op')
      return taken
    },
    async http({ method, path, body }) {
      await store()
      const bearer = await token()
      if (!bearer) throw new Offline('no session')
      const reply = await http.call(method, path, { token: bearer, ...(body === undefined ? {} : { body }) })
      return { status: reply.status, body: reply.status === 204 ? null : await reply.json() }
    },

    measure: async () => measuring.measures(await store()),
  }
}

function refuse(): never {
  throw new Refusal('login')
}
