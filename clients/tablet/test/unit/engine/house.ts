/** A small manifest of a plugin that nobody knew when the app was built. */
import { Known, type KnownEntity } from '@/engine/manifest'
import type { Body, Field, GrantedEntity, Manifest } from '@/protocol/manifest'

export const HERE = '0190a0b0-0000-7000-8000-000000000001'
export const THERE = '0190a0b0-0000-7000-8000-000000000002'
export const ORGANISATION = '0190a0b0-0000-7000-8000-000000000009'
export const ID = '0190a0b0-0000-7000-8000-0000000000aa'
export const OTHER = '0190a0b0-0000-7000-8000-0000000000bb'
export const SHA = 'ab'.repeat(32)

export const field = (name: string, type = 'text', more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: { en: name },
  ...more,
})

const choice = (value: string) => ({ value, label: { en: value.toUpperCase() } })

const BARE: GrantedEntity = {
  plugin: 'core',
  version: 1,
  label: {},
  plural: {},
  icon: '',
  stream: 'lost',
  title: '{name}',
  fields: [],
  rights: {},
  views: {
    list: { columns: [], filters: [], sort: [], keys: [] },
    form: { sections: [], short: [] },
    detail: { sections: [] },
  },
}

/** What is borrowed, in stages. */
const LOAN: GrantedEntity = {
  ...BARE,
  label: { en: 'Loan', ru: 'Выдача' },
  title: '{number} {name}, {holder}',
  fields: [
    field('status', 'choice', { readonly: true, choices: ['out', 'back', 'lost', 'closed'].map(choice) }),
    field('number', 'text', { readonly: true }),
    field('device_number', 'text', { readonly: true }),
    field('name', 'text', { required: true, max: 20 }),
    field('kind', 'choice', { choices: [choice('tool'), choice('key')], default: 'tool' }),
    field('holder', 'ref', { ref: 'lib.person' }),
    field('deposit', 'money', { min: 0, when: "kind == 'tool'" }),
    field('paid', 'money'),
    field('owed', 'money', { derive: 'coalesce(deposit, 0) - coalesce(paid, 0)' }),
    field('due', 'datetime'),
    field('returned', 'datetime'),
    field('tags', 'choices', { codes: 'tag', merge: 'union' }),
    field('parts', 'rows', {
      fields: [field('part', 'ref', { ref: 'lib.person' }), field('count', 'integer')],
    }),
    field('note', 'note', { required: true, when: "status == 'lost'" }),
  ],
  constraints: [
    { expr: 'owed == null || owed >= 0', message: { en: 'Too much was paid.' }, fields: ['paid', 'due'] },
  ],
  unique: [['name'], ['device_number']],
  number: {
    field: 'number',
    device_field: 'device_number',
    prefix: 'L',
    by: 'kind',
    prefixes: { key: 'K' },
  },
  workflow: {
    field: 'status',
    initial: 'out',
    states: [
      { name: 'out', label: { en: 'Out' } },
      { name: 'back', label: { en: 'Back' }, tone: 'good' },
      { name: 'lost', label: { en: 'Lost' }, final: true, tone: 'bad' },
      { name: 'closed', label: { en: 'Closed' }, final: true, tone: 'good' },
    ],
    transitions: [
      { act: 'lose', label: { en: 'Lost' }, from: ['out'], to: 'lost', reason: true },
      { act: 'prolong', label: { en: 'Prolong' }, from: ['out'], to: 'out', needs: ['due'] },
      { act: 'take_back', label: { en: 'Take back' }, from: ['out'], to: 'back', form: ['returned'] },
      { act: 'close', label: { en: 'Close' }, from: ['back'], to: 'closed', online: true },
    ],
  },
  deadlines: [{ name: 'return', label: { en: 'Return' }, policy: 'agreed', start: 'due', stop: 'returned' }],
  rights: { [HERE]: ['read', 'create', 'update', 'act.lose', 'act.prolong', 'act.take_back', 'act.close'] },
}

const PERSON: GrantedEntity = {
  ...BARE,
  fields: [field('name'), field('points', 'integer', { readonly: true })],
  rights: { [HERE]: ['read'] },
}

const ENTRY: GrantedEntity = {
  ...BARE,
  fields: [
    field('member', 'ref', { ref: 'lib.person' }),
    field('amount', 'integer'),
    field('forced', 'boolean'),
  ],
  account: {
    owner: 'member',
    amount: 'amount',
    balance: 'points',
    floor: 0,
    offline_cap: 'cap',
    overdraft: 'forced == true',
  },
  rights: { [HERE]: ['read', 'create'] },
}

const BODY: Body = {
  server: '1',
  epoch: OTHER,
  user: { id: ID, username: 'w', name: 'W', locale: 'en', roles: [] },
  sites: [
    {
      id: HERE,
      code: 'A',
      name: 'A',
      type: 'estate',
      timezone: 'Asia/Shanghai',
      plugins: [],
      settings: { cap: 10 },
    },
    { id: THERE, code: 'B', name: 'B', type: 'estate', timezone: 'Europe/Moscow', plugins: [], settings: {} },
    {
      id: ORGANISATION,
      code: '',
      name: 'O',
      type: 'organisation',
      timezone: 'UTC',
      plugins: [],
      settings: {},
    },
  ],
  calendars: {},
  policies: { agreed: { clock: { unit: 'wall', minutes: 0 } } },
  limits: {},
  entities: { 'lib.loan': LOAN, 'lib.person': PERSON, 'lib.entry': ENTRY },
  codes: {
    tag: [
      { value: 'red', label: { en: 'Red' } },
      { value: 'old', label: { en: 'Old' }, retired: true },
    ],
  },
  texts: {
    'error.gone': { en: 'It was deleted.' },
    'lib.taken': { en: '{by} has {book}.', ru: '{book}: у {by}' },
    'lib.note': { en: 'Noted by the server', ru: 'Отметил сервер' },
  },
}

export function house(change: Partial<Manifest> = {}): Known {
  return new Known({ hash: 'h', ...BODY, ...change })
}

/** The house with one entity changed. */
export function altered(name: string, change: Partial<GrantedEntity>): Known {
  const entity = BODY.entities[name] ?? BARE
  return house({ entities: { ...BODY.entities, [name]: { ...entity, ...change } } })
}

export function entityOf(known: Known, name: string): KnownEntity {
  const entity = known.entity(name)
  if (!entity) throw new Error(`no ${name}`)
  return entity
}
