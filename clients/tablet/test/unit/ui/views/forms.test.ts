import { describe, expect, it } from 'vitest'
import type { GrantedEntity } from '@/protocol/manifest'
import type { ListRow } from '@/runtime/port/records'
import { changed, type EntryOf, stepOf } from '@/ui/views/entry'
import { chosenBy, laterFields, lay } from '@/ui/views/formFields'
import { noteOf } from '@/ui/views/rowText'

const field = (name: string, more: object = {}) => ({ name, label: { en: name }, type: 'text', ...more })
const entity = {
  title: '{number} {name}',
  fields: [
    field('number', { readonly: true }),
    field('name', { required: true }),
    field('size'),
    field('note'),
    field('state'),
  ],
  workflow: { field: 'state', initial: 'new', states: [], transitions: [] },
  views: {
    list: { columns: ['number', 'name', 'size', 'state', 'note'], filters: [], sort: [], keys: [] },
    form: {
      sections: [
        { label: { en: 'One' }, fields: ['number', 'state', 'note', 'name'] },
        { label: { en: 'Two' }, fields: ['size', 'gone'] },
      ],
      short: ['size'],
    },
    detail: { sections: [] },
  },
} as unknown as GrantedEntity
const shown = ['number', 'name', 'size', 'note', 'state']
const names = (fields: readonly { name: string }[]): string[] => fields.map(({ name }) => name)

describe('a form (tablet.md §3.3)', () => {
  it('shows the quick fields and those that lack a value; the others behind "more"', () => {
    const laid = lay(entity, { shown, required: ['name'], derived: {} }, new Set(), new Set())
    expect(names(laid.quick)).toEqual(['size', 'name'])
    expect(laid.sections.map(({ fields }) => names(fields))).toEqual([['note']])
  })

  it('a new record does not ask for what only acts of later states fill in', () => {
    const flow = {
      ...entity,
      workflow: {
        field: 'state',
        initial: 'new',
        states: [],
        transitions: [
          { act: 'start', label: {}, from: ['new'], to: 'busy', form: ['size'] },
          { act: 'finish', label: {}, from: ['busy'], to: 'done', form: ['note', 'size'] },
        ],
      },
    } as unknown as GrantedEntity
    const later = laterFields(flow)
    expect([...later]).toEqual(['note'])
    const known = { shown, required: [], derived: { name: 'x' } }
    expect(
      lay(flow, known, new Set(), new Set(), later).sections.flatMap(({ fields }) => names(fields)),
    ).toEqual(['name'])
    const filled = lay(flow, { ...known, derived: { note: 'y' } }, new Set(), new Set(), later)
    expect(filled.sections.flatMap(({ fields }) => names(fields))).toEqual(['note', 'name'])
  })

  it('a field that has its value is not in the way', () => {
    expect(
      names(lay(entity, { shown, required: ['name'], derived: { name: 'x' } }, new Set(), new Set()).quick),
    ).toEqual(['size'])
  })

  it('does not ask again for what the link chose, unless something is wrong with it', () => {
    const known = { shown, required: ['name'], derived: { name: 'x', size: 'y' } }
    const laid = lay(entity, known, new Set(['size']), new Set())
    expect(names(laid.quick)).toEqual([])
    expect(laid.sections.flatMap(({ fields }) => names(fields))).toContain('size')
    expect(names(lay(entity, known, new Set(['size']), new Set(['size'])).quick)).toEqual(['size'])
  })

  it('shows five quick fields at most', () => {
    const many = Array.from({ length: 7 }, (_, n) => `field${n}`)
    const form = { sections: [{ label: {}, fields: many }], short: many }
    const broad = {
      ...entity,
      fields: many.map((name) => field(name)),
      views: { ...entity.views, form },
    } as GrantedEntity
    expect(names(lay(broad, undefined, new Set(), new Set()).quick)).toEqual(many.slice(0, 5))
  })

  it('never shows what the server writes or a condition hides', () => {
    const laid = lay(
      entity,
      { shown: ['note', 'size'], required: [], derived: {} },
      new Set(),
      new Set(['note', 'number', 'state']),
    )
    expect(names([...laid.quick, ...laid.sections.flatMap(({ fields }) => fields)])).toEqual(['size', 'note'])
  })

  it('takes from a link only fields that the entity has', () => {
    expect(chosenBy(entity, { name: 'x', draft: 'y', size: ['1', '2'] })).toEqual({ name: 'x' })
  })
})

describe('an entry becomes one step', () => {
  const of = (more: Partial<EntryOf>): EntryOf => ({
    kind: 'update',
    place: { site: 's', entity: 'e', id: 'i' },
    draft: 'd',
    start: {},
    seen: { a: 1, b: ['x'] },
    ...more,
  })

  it('with what differs from what was seen, and an emptied field as null', () => {
    expect(changed({ a: 1, b: ['x'], c: null }, { a: 1, b: ['x'] })).toEqual({})
    expect(stepOf(of({}), { a: null, b: ['x', 'y'] }, '')).toEqual({
      kind: 'update',
      site: 's',
      entity: 'e',
      id: 'i',
      values: { a: null, b: ['x', 'y'] },
    })
  })

  it('an act bears its reason; a new record no id', () => {
    expect(stepOf(of({ kind: 'act', act: 'stop' }), {}, 'because')).toMatchObject({
      act: 'stop',
      args: { reason: 'because' },
    })
    expect(stepOf(of({ kind: 'create', seen: {} }), { a: 2 }, '')).toEqual({
      kind: 'create',
      site: 's',
      entity: 'e',
      values: { a: 2 },
    })
  })
})

it('a row does not say twice what title, state and deadline say', () => {
  const row = {
    title: 'N-1 door',
    cells: { number: 'N-1', name: 'door', size: '3 m', state: 'New', note: 'today 10:00' },
    due: { label: 'Due', at: 0, text: 'today 10:00', late: false },
  } as unknown as ListRow
  expect(noteOf(entity, row, entity.views.list.columns)).toBe('3 m')
})

it('a number or a yes in a row is said with its label', () => {
  const fields = [
    field('points', { type: 'integer' }),
    field('area', { type: 'decimal', measure: 'm²' }),
    field('vip', { type: 'boolean' }),
    field('late', { type: 'boolean' }),
  ]
  const row = {
    title: '',
    cells: { points: '120', area: '36 m²', vip: 'Yes', late: 'No' },
    values: { points: 120, area: '36', vip: true, late: false },
    due: null,
  } as unknown as ListRow
  const columns = fields.map(({ name }) => name)
  expect(noteOf({ ...entity, fields } as GrantedEntity, row, columns)).toBe('points 120 · 36 m² · vip')
})
