import { beforeAll, describe, expect, it } from 'vitest'
import { speak } from '@/i18n/i18n'
import type { Manifest } from '@/protocol/manifest'
import type { Device, Status } from '@/runtime/port/tablet'
import { routes, SCREENS } from '@/ui/router'
import { noticesOf } from '@/ui/shell/banners'
import { ledTo } from '@/ui/shell/gate'
import { commandOf, type Press } from '@/ui/shell/keys'
import { rightsOn, workSites } from '@/ui/shell/manifest'
import { groups, pinned } from '@/ui/shell/nav'
import { pillOf } from '@/ui/shell/pill'

const now = Date.parse('2026-11-22T10:00:00Z')
const HOUR = 3_600_000
const status = (more: Partial<Status>): Status => ({
  kind: 'sent',
  unsent: 0,
  photos: 0,
  sending: null,
  oldest: null,
  refused: 0,
  lastSync: now - HOUR,
  needs: 0,
  online: true,
  first: null,
  appWaiting: false,
  room: 'ok',
  ...more,
})
const device = (more: Partial<Device> = {}): Device => ({
  id: 'd',
  name: 'T07',
  server: 's',
  secure: true,
  persisted: true,
  quota: null,
  usage: null,
  installed: true,
  people: [],
  current: 'r',
  locked: false,
  wifiOnly: false,
  lockAfterMinutes: 5,
  offset: 0,
  wiped: false,
  ...more,
})

beforeAll(() => speak('en'))

describe('the sync pill (tablet.md §3.2.2)', () => {
  it('never says that all was sent while something waits', () => {
    const kinds = ['sent', 'sending', 'offline', 'needs', 'login', 'full'] as const
    for (const kind of kinds) {
      for (const waiting of [{ unsent: 1 }, { photos: 1 }]) {
        expect(pillOf(status({ kind, ...waiting }), now).text).not.toMatch(/all sent/i)
      }
    }
  })

  it('says how much waits and for how long; offline is no error', () => {
    const pill = pillOf(status({ kind: 'offline', unsent: 10, photos: 2, oldest: now - 2 * HOUR }), now)
    expect(pill).toMatchObject({ text: 'Offline · 12 kept here, oldest 2 hr', short: '12', tone: 'warn' })
    expect(pillOf(status({ kind: 'offline' }), now).tone).toBe('neutral')
  })

  it('leads to where something can be done about it', () => {
    expect(pillOf(status({ kind: 'needs', needs: 2 }), now)).toMatchObject({
      text: 'Need you: 2',
      to: '/review',
    })
    expect(pillOf(status({ kind: 'needs', refused: 1 }), now)).toMatchObject({
      text: 'Needs you: 1',
      to: '/queue',
    })
    expect(pillOf(status({ kind: 'login' }), now).to).toBe('/login')
    expect(pillOf(status({ kind: 'sending', sending: { done: 3, all: 12 } }), now).text).toBe(
      'Sending 3 of 12',
    )
  })
})

describe('notices', () => {
  const ids = (found: { id: string }[]): string[] => found.map(({ id }) => id)

  it('nothing is said when all is well, or not known', () => {
    expect(noticesOf(device({ persisted: null }), status({}), now)).toEqual([])
  })

  it('the worst stands first', () => {
    const found = noticesOf(device({ persisted: false, offset: 86_400_000 }), status({ room: 'full' }), now)
    expect(ids(found)).toEqual(['room', 'clock', 'persisted'])
  })

  it('an address that is not secure is told, and not the storage that it cannot have (tablet.md §2.7)', () => {
    expect(ids(noticesOf(device({ secure: false, persisted: false }), undefined, now))).toEqual(['secure'])
  })

  it('unsent work is told after a day and is red after five (tablet.md §1.1)', () => {
    const old = (days: number) => noticesOf(device(), status({ oldest: now - days * 24 * HOUR }), now)
    expect(old(0.9)).toEqual([])
    expect(old(2)[0]?.tone).toBe('warn')
    expect(old(6)[0]?.tone).toBe('bad')
  })
})

describe('who may go where', () => {
  it('nobody logged in: only to what is open, and then on to where he wanted', () => {
    const out = device({ current: null })
    expect(ledTo(out, undefined, '/record/s/e/i')).toBe('/login?to=%2Frecord%2Fs%2Fe%2Fi')
    expect(ledTo(out, undefined, '/')).toBe('/login')
    expect(ledTo(out, 'open', '/install')).toBeNull()
    expect(ledTo(out, 'lock', '/lock')).toBe('/login')
  })

  it('a closed lock shows nothing but the lock', () => {
    const locked = device({ locked: true })
    expect(ledTo(locked, undefined, '/queue')).toBe('/lock?to=%2Fqueue')
    expect(ledTo(locked, 'lock', '/lock')).toBeNull()
    expect(ledTo(device(), 'lock', '/lock')).toBe('/')
    expect(ledTo(device(), undefined, '/queue')).toBeNull()
  })
})

describe('keys (tablet.md §3.2.9)', () => {
  const press = (more: Partial<Press>): Press => ({
    key: 'j',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    isComposing: false,
    defaultPrevented: false,
    ...more,
  })

  it('are letters while somebody writes, but Esc leads out', () => {
    expect(commandOf(press({}), false)).toBe('j')
    expect(commandOf(press({}), true)).toBeNull()
    expect(commandOf(press({ key: 'Escape' }), true)).toBe('Escape')
  })

  it("leave the browser's and the IME's own alone (tablet.md §2.6)", () => {
    for (const more of [
      { ctrlKey: true },
      { metaKey: true },
      { altKey: true },
      { isComposing: true },
      { defaultPrevented: true },
    ]) {
      expect(commandOf(press(more), false)).toBeNull()
    }
  })
})

describe('navigation comes from the manifest', () => {
  const entity = (plugin: string, rights: string[], more: object = {}) => ({
    plugin,
    plural: { en: plugin },
    icon: '',
    rights: { s1: rights },
    workflow: { field: 'state' },
    views: { list: { columns: ['a'] } },
    ...more,
  })
  const manifest = {
    sites: [{ id: 's1' }, { id: 's2' }],
    texts: { 'plugin.zoo': { en: 'Zoo' } },
    entities: {
      plain: entity('core', ['read']),
      busy: entity('core', ['read', 'create', 'act.go']),
      'busy.part': entity('core', ['read', 'create']),
      'zoo.animal': entity('zoo', ['read', 'act.feed', 'act.wash', 'create', 'update']),
      secret: entity('core', ['create']),
      nothing: entity('core', ['read'], { views: { list: { columns: [] } } }),
    },
  } as unknown as Manifest

  it('a plugin that nobody knew appears with its lists, those first that there is something to do with', () => {
    expect(groups(manifest).map(({ label, items }) => [label, ...items.map(({ to }) => to)])).toEqual([
      ['core', '/list/busy', '/list/plain'],
      ['Zoo', '/list/zoo.animal'],
    ])
  })

  it('the bar holds what the person works with', () => {
    expect(pinned(manifest, 3).map(({ to }) => to)).toEqual(['/list/busy', '/list/zoo.animal'])
  })

  it('sites where he only reads are none of his', () => {
    expect(workSites(manifest).map(({ id }) => id)).toEqual(['s1'])
    expect(workSites(null)).toEqual([])
    expect([...rightsOn(manifest.entities.plain as never, 's2')]).toEqual([])
  })
})

it('every address has its screen', () => {
  const files = routes.flatMap(({ name, path }) =>
    String(name).includes('/') ? [{ path, file: `./${String(name)}.vue` }] : [],
  )
  expect(files.length).toBeGreaterThan(15)
  expect(files.filter(({ file }) => !(file in SCREENS))).toEqual([])
})
