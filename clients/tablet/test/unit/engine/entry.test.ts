import { expect, test } from 'vitest'
import { type Entered, Form } from '@/engine/entry'
import { InvalidEntry } from '@/engine/flaws'
import type { Look } from '@/engine/look'
import type { Known } from '@/engine/manifest'
import { scopeOf } from '@/engine/scope'
import type { Values } from '@/engine/values'
import { altered, HERE, house, ID, OTHER, THERE } from './house'

const NOW = Date.UTC(2026, 10, 22, 1)
const PRESENT = { name: 'Drill', status: 'out', kind: 'tool' }

interface Around {
  readonly known?: Known
  readonly site?: string
  readonly online?: boolean
  readonly here?: readonly string[]
  readonly twins?: Values
  readonly balance?: { shown: number | null; taken: number }
}

function form(entity: string, around: Around = {}): Form {
  const { known = house(), site = HERE, online = true, here = [], twins = {}, balance } = around
  const look: Look = {
    online,
    exists: async (_entity, id) => here.includes(id),
    hasTwin: async (_site, _entity, values) =>
      Object.entries(values).every(([name, value]) => twins[name] === value),
    scope: (at) => scopeOf(known, at, NOW),
    balance: async () => balance ?? { shown: null, taken: 0 },
  }
  return new Form(look, known, site, entity, ID)
}

async function flawsOf(judged: Promise<unknown>): Promise<string[]> {
  const error = await judged.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof InvalidEntry)) throw error ?? new Error('nothing was refused')
  return error.flaws.map(({ field, key }) => `${field}: ${key}`)
}

test('protocol §3.1: a create sets defaults and normal forms, and never the workflow field', async () => {
  const values = { name: 'e\u0301', tags: ['red', 'red'], deposit: 500 }
  expect(await form('lib.loan').create(values)).toEqual({
    kind: 'tool',
    name: 'é',
    tags: ['red'],
    deposit: 500,
  })
  expect(await flawsOf(form('lib.loan').create({ name: 'x', status: 'back' }))).toEqual(['status: readonly'])
})

test('an import may set later states and the server’s fields', async () => {
  const known = altered('lib.loan', { rights: { [HERE]: ['create', 'import'] } })
  const taken = { name: 'x', status: 'back', number: 'L-7' }
  expect(await form('lib.loan', { known }).create(taken)).toMatchObject(taken)
  expect(await flawsOf(form('lib.loan', { known }).create({ name: 'x', status: 'odd' }))).toEqual([
    'status: choice',
  ])
})

test('rights are asked at the site of the record', async () => {
  expect(await flawsOf(form('lib.loan', { site: THERE }).create({ name: 'x' }))).toEqual([': forbidden'])
  expect(await flawsOf(form('lib.person').create({ name: 'x' }))).toEqual([': forbidden'])
  expect(await flawsOf(form('lib.gone').create({}))).toEqual([': unknown_entity'])
  expect(() => form('lib.loan').delete()).toThrow(InvalidEntry)
})

test('every field with a flaw is named once', async () => {
  const judged = form('lib.loan').create({ name: 'x'.repeat(21), owed: 1, odd: 1, number: '1', deposit: -1 })
  expect(await flawsOf(judged)).toEqual([
    'name: too_long',
    'owed: readonly',
    'odd: unknown_field',
    'number: readonly',
    'deposit: too_small',
  ])
})

test('an update sets only what differs from what the user saw', async () => {
  const seen = { ...PRESENT, tags: ['red'] }
  expect(await form('lib.loan').update(seen, { name: 'Drill', tags: ['red'], paid: null })).toEqual({})
  expect(await form('lib.loan').update(seen, { tags: [] })).toEqual({ tags: null })
})

test('what was wrong before and is not touched is not this user’s fault', async () => {
  const seen = { status: 'out', paid: 100, owed: -100 }
  const change = { returned: '2026-11-22T01:00:00.000Z' }
  expect(await form('lib.loan').update(seen, change)).toEqual(change)
  expect(await flawsOf(form('lib.loan').update(seen, { paid: 200 }))).toEqual(['due: constraint'])
  expect(await flawsOf(form('lib.loan').update({ ...PRESENT }, { name: null }))).toEqual(['name: required'])
})

test('a broken constraint speaks beside the field that is lacking, else beside its first', async () => {
  const due = '2026-11-23T01:00:00.000Z'
  expect(await flawsOf(form('lib.loan').create({ name: 'x', paid: 9 }))).toEqual(['due: constraint'])
  expect(await flawsOf(form('lib.loan').create({ name: 'x', paid: 9, due }))).toEqual(['paid: constraint'])
  expect(await form('lib.loan').create({ name: 'x', paid: 9, deposit: 9 })).toMatchObject({ paid: 9 })
})

test('a reference must be here if its kind can be read, inside rows too', async () => {
  expect(await flawsOf(form('lib.loan').create({ name: 'x', holder: OTHER }))).toEqual([
    'holder: ref_missing',
  ])
  const parts = [{ count: 1 }, { part: OTHER }]
  expect(await flawsOf(form('lib.loan').create({ name: 'x', parts }))).toEqual(['parts.1.part: ref_missing'])
  expect(await form('lib.loan', { here: [OTHER] }).create({ name: 'x', holder: OTHER })).toMatchObject({
    holder: OTHER,
  })
  const known = altered('lib.person', { rights: { [HERE]: ['create'] } })
  expect(await form('lib.loan', { known }).create({ name: 'x', holder: OTHER })).toMatchObject({
    holder: OTHER,
  })
})

test('what is unique is compared when it was touched', async () => {
  const around = { twins: { name: 'Drill' } }
  expect(await flawsOf(form('lib.loan', around).create({ name: 'Drill' }))).toEqual(['name: unique'])
  expect(await form('lib.loan', around).update({ ...PRESENT }, { paid: 0 })).toEqual({ paid: 0 })
})

test('protocol §3.3: an act must be legal from the state that the user saw', async () => {
  expect(await form('lib.loan').act(PRESENT, 'take_back', {}, { deposit: 5 })).toEqual({ deposit: 5 })
  expect(await flawsOf(form('lib.loan').act({ ...PRESENT, status: 'back' }, 'take_back', {}, {}))).toEqual([
    'status: stale_transition',
  ])
  expect(await flawsOf(form('lib.loan').act(PRESENT, 'eat', {}, {}))).toEqual([': unknown_act'])
})

test('an act asks for its fields, its reason and a connection', async () => {
  expect(await flawsOf(form('lib.loan').act(PRESENT, 'prolong', {}, {}))).toEqual(['due: required'])
  expect(await flawsOf(form('lib.loan').act(PRESENT, 'lose', { reason: ' ' }, {}))).toEqual([
    'note: required',
    'reason: required',
  ])
  expect(await form('lib.loan').act(PRESENT, 'lose', { reason: 'fell' }, { note: 'n' })).toEqual({
    note: 'n',
  })
  const back = { ...PRESENT, status: 'back' }
  expect(await flawsOf(form('lib.loan', { online: false }).act(back, 'close', {}, {}))).toEqual([': online'])
})

test.each([
  { balance: { shown: 5, taken: 0 }, online: true, flaws: [] },
  { balance: { shown: 4, taken: 0 }, online: true, flaws: ['amount: balance'] },
  { balance: { shown: null, taken: 0 }, online: true, flaws: [] },
  { balance: { shown: 99, taken: 5 }, online: false, flaws: [] },
  { balance: { shown: 99, taken: 6 }, online: false, flaws: ['amount: offline_cap'] },
])(
  'protocol §3.3: entries keep to the balance ($balance, online: $online)',
  async ({ balance, online, flaws }) => {
    const judged = form('lib.entry', { balance, online }).create({ member: ID, amount: -5 })
    const around = form('lib.entry', { balance, online, here: [ID] })
    expect(await flawsOf(judged)).toContain('member: ref_missing')
    const entry = around.create({ member: ID, amount: -5 })
    if (flaws.length) expect(await flawsOf(entry)).toEqual(flaws)
    else expect(await entry).toEqual({ member: ID, amount: -5 })
    expect(await around.create({ member: ID, amount: -500, forced: true })).toMatchObject({ amount: -500 })
  },
)

const check = (entered: Partial<Entered>, around: Around = {}) =>
  form('lib.loan', around).check({ kind: 'create', seen: null, values: {}, ...entered })

test('while typing: what is shown, what must be filled, what follows', async () => {
  const judged = await check({ values: { kind: 'key', paid: 0 } })
  expect(judged.shown).not.toContain('deposit')
  expect(judged.required).toEqual(['name'])
  expect(judged.derived).toMatchObject({ kind: 'key', owed: 0 })
  expect(judged.flaws.map((flaw) => flaw.key)).toEqual(['required'])
  expect((await check({ values: { name: 'x' } })).shown).toContain('deposit')
})

test('while typing: an act shows what it brings', async () => {
  const judged = await check({ kind: 'act', act: 'lose', seen: PRESENT })
  expect(judged.derived).toMatchObject({ status: 'lost' })
  expect(judged.required).toEqual(['name', 'note', 'reason'])
})

test('while typing: conditions look at what does not fit yet', async () => {
  const judged = await check({ kind: 'update', seen: PRESENT, values: { deposit: 'soon', kind: 'key' } })
  expect(judged.shown).not.toContain('deposit')
  expect(judged.flaws.map(({ field, key }) => `${field}: ${key}`)).toEqual(['deposit: integer'])
})
