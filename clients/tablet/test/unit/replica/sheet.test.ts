import { describe, expect, it } from 'vitest'
import { Known } from '@/engine/manifest'
import type { Manifest, Print } from '@/protocol/manifest'
import type { Seen, Source } from '@/replica/paths'
import { compose } from '@/replica/sheet'

const text = (en: string) => ({ en, 'zh-Hant': en, 'zh-Hans': en, ru: en })
const field = (name: string, type = 'text', more: object = {}) => ({ name, label: text(name), type, ...more })
const entity = (fields: object[]) => ({
  plugin: 'lab',
  version: 1,
  label: text('x'),
  plural: text('xs'),
  icon: '',
  stream: 's',
  title: '{name}',
  fields,
  views: {},
  rights: {},
})

const known = new Known({
  user: { id: 'u', username: 'u', name: 'Li Na', locale: 'en', roles: [] },
  sites: [
    { id: 's', code: 'S', name: 'Estate', type: 'residential', timezone: 'UTC', plugins: [], settings: {} },
    { id: 'o', code: 'O', name: 'Company', type: 'organisation', timezone: 'UTC', plugins: [], settings: {} },
  ],
  entities: {
    'lab.order': {
      ...entity([
        field('number'),
        field('device_number'),
        field('house', 'ref', { ref: 'lab.house' }),
        field('parts', 'rows', { fields: [field('what'), field('count', 'integer')] }),
        field('script', 'localized'),
        field('sign', 'signature'),
        field('photos', 'blobs'),
        field('hidden', 'text', { when: 'never' }),
      ]),
      number: { field: 'number', device_field: 'device_number', prefix: 'X', by: null, prefixes: {} },
    },
    'lab.house': entity([field('name'), field('tower', 'ref', { ref: 'lab.tower' })]),
    'lab.tower': entity([field('name')]),
    'lab.visit': entity([field('order', 'ref', { ref: 'lab.order' }), field('on', 'date')]),
  },
  codes: {},
  texts: {},
} as unknown as Manifest)

const seen = (entity: string, id: string, values: Record<string, unknown>): Seen => ({
  site: 's',
  entity,
  id,
  values,
})
const house = seen('lab.house', 'h', { name: '3-1201', tower: 't' })
const tower = seen('lab.tower', 't', { name: 'Tower 3' })

function source(readable: Seen[] = [house, tower], visits: Seen[] = []): Source {
  return {
    known,
    lang: 'en',
    get: async (place) =>
      readable.find((each) => each.entity === place.entity && each.id === place.id) ?? null,
    below: async () => visits,
    value: async (_site, _entity, _field, value) =>
      value === undefined || value === null ? '' : String(value),
    title: async (of) => String(of.values.name ?? of.id),
    holds: (expression) => expression !== 'never',
    say: (key, params) => `${key} ${params.name}`,
  }
}

const form = (blocks: object[], more: object = {}): Print =>
  ({ id: 'lab.form', plugin: 'lab', label: text('Form'), blocks, ...more }) as unknown as Print
const order = (values: Record<string, unknown> = {}): Seen => seen('lab.order', 'r', values)

describe('TKT-9: forms composed on the tablet', () => {
  it('bear company, site, the device number until the register gives one, and the names of their copies', async () => {
    const sheet = await compose(
      form([], { parts: [text('Finance'), text('Owner')] }),
      order({ device_number: 'BX-T07-1' }),
      source(),
      'now',
    )
    expect([sheet.company, sheet.site, sheet.number, sheet.parts]).toEqual([
      'Company',
      'Estate',
      'BX-T07-1',
      ['Finance', 'Owner'],
    ])
    expect(sheet.printed).toBe('print.printed Li Na')
  })

  it('follow references along a path, and leave room for the pen where their reader may not look', async () => {
    const facts = [{ type: 'facts', fields: ['house.tower.name', 'hidden'], columns: 2 }]
    const open = await compose(form(facts), order({ house: 'h' }), source(), '')
    const closed = await compose(form(facts), order({ house: 'h' }), source([house]), '')
    expect(open.blocks[0]).toMatchObject({ facts: [{ label: 'house · tower · name', text: 'Tower 3' }] })
    expect(closed.blocks[0]).toMatchObject({ facts: [{ text: '' }] })
  })

  it('set rows as a table with numbers to the right; an empty one has a line for the pen', async () => {
    const lines = form([{ type: 'lines', field: 'parts' }])
    const full = await compose(lines, order({ parts: [{ what: 'bulb', count: 2 }] }), source(), '')
    const empty = await compose(lines, order(), source(), '')
    expect(full.blocks[0]).toMatchObject({
      heads: ['what', 'count'],
      rows: [['bulb', '2']],
      numbers: [1],
      blank: 0,
    })
    expect(empty.blocks[0]).toMatchObject({ rows: [], blank: 1 })
  })

  it('show a localized text in each language that it has, under that language', async () => {
    const sheet = await compose(
      form([{ type: 'body', field: 'script' }]),
      order({ script: { ru: 'Внимание', 'zh-Hans': '注意' } }),
      source(),
      '',
    )
    expect(sheet.blocks[0]).toMatchObject({
      texts: [
        { language: 'zh-Hans', text: '注意' },
        { language: 'ru', text: 'Внимание' },
      ],
    })
  })

  it('show signatures that are there and lines for those that are not', async () => {
    const block = {
      type: 'signature',
      places: [
        { label: text('Owner'), field: 'sign' },
        { label: text('Worker'), field: null },
      ],
    }
    const sheet = await compose(
      form([block]),
      order({ sign: { sha256: 'ab', signer: 'Wang', at: 'then' } }),
      source(),
      '',
    )
    expect(sheet.blocks[0]).toMatchObject({
      places: [
        { signer: 'Wang', at: 'then', sha256: 'ab' },
        { signer: '', at: '', sha256: null },
      ],
    })
  })

  it('print photos, not the thumbnails beside them', async () => {
    const photos = [{ sha256: 'big' }, { sha256: 'small', role: 'thumb:big' }]
    const sheet = await compose(
      form([{ type: 'facts', fields: ['photos'] }]),
      order({ photos }),
      source(),
      '',
    )
    expect(sheet.blocks[1]).toEqual({ kind: 'photos', label: 'photos', sha256: ['big'] })
  })

  it('list what belongs to the record in the order asked for', async () => {
    const visits = [
      seen('lab.visit', 'b', { on: '2026-01-02' }),
      seen('lab.visit', 'a', { on: '2026-01-03' }),
    ]
    const block = { type: 'records', entity: 'lab.visit', field: 'order', columns: ['on'], sort: '-on' }
    const sheet = await compose(form([block]), order(), source([], visits), '')
    expect(sheet.blocks[0]).toMatchObject({ rows: [['2026-01-03'], ['2026-01-02']] })
  })

  it('leave out a block that only a newer app knows', async () => {
    expect((await compose(form([{ type: 'hologram' }]), order(), source(), '')).blocks).toEqual([])
  })
})
