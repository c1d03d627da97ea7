import { expect, test } from 'vitest'
import { actsOf, isDestructive, nextOf, stateOf } from '@/engine/workflow'
import type { State, Transition } from '@/protocol/manifest'
import { altered, entityOf, HERE, house, ID, OTHER, THERE } from './house'

const loan = entityOf(house(), 'lib.loan')
const acts = (status: string, site = HERE) => actsOf(loan, site, { status }).map(({ act }) => act)

/** What is offered first in a state, of acts given as `act: from → to`. */
function next(
  tones: Record<string, string>,
  steps: Record<string, [string, string, Partial<Transition>?]>,
  values: Record<string, unknown>,
): string | undefined {
  const states: State[] = Object.entries(tones).map(([name, tone]) => ({ name, label: {}, tone }))
  const transitions: Transition[] = Object.entries(steps).map(([act, [from, to, more]]) => ({
    act,
    label: {},
    from: [from],
    to,
    ...more,
  }))
  const rights = { [HERE]: transitions.map(({ act }) => `act.${act}`) }
  const workflow = { field: 'status', initial: '', states, transitions }
  const entity = entityOf(altered('lib.loan', { workflow, rights }), 'lib.loan')
  return nextOf(entity, actsOf(entity, HERE, values), values, ID)?.act
}

test('protocol §7: acts are offered by state and rights, those that give up last', () => {
  expect(acts('out')).toEqual(['prolong', 'take_back', 'lose'])
  expect(acts('closed')).toEqual([])
  expect(acts('out', THERE)).toEqual([])
  const few = entityOf(altered('lib.loan', { rights: { [HERE]: ['act.lose'] } }), 'lib.loan')
  expect(actsOf(few, HERE, { status: 'out' }).map(({ act }) => act)).toEqual(['lose'])
  expect(nextOf(few, actsOf(few, HERE, { status: 'out' }), { status: 'out' }, ID)).toBeUndefined()
  expect(actsOf(entityOf(house(), 'lib.person'), HERE, {})).toEqual([])
})

test('an act undoes or refuses that ends badly, or asks both "sure?" and "why?"', () => {
  const destructive = loan.shape.workflow?.transitions.filter((act) => isDestructive(loan, act))
  expect(destructive?.map(({ act }) => act)).toEqual(['lose'])
  const open = { act: 'a', label: {}, from: ['out'], to: 'back' }
  expect(isDestructive(loan, { ...open, from: ['lost'], to: 'lost' })).toBe(false)
  expect(isDestructive(loan, { ...open, reason: true })).toBe(false)
  expect(isDestructive(loan, { ...open, confirm: { en: 'Sure?' } })).toBe(false)
  expect(isDestructive(loan, { ...open, reason: true, confirm: { en: 'Sure?' } })).toBe(true)
  expect(stateOf(loan, { status: 'back' })?.tone).toBe('good')
  expect(stateOf(loan, { status: 'eaten' })).toBeUndefined()
})

test('tablet §3.2.5: first is what leads on and asks for the least', () => {
  const tones = { new: 'warn', doing: 'info', done: 'good', bad: 'bad' }
  const ways: Parameters<typeof next>[1] = {
    plan: ['new', 'doing', { needs: ['due'] }],
    start: ['new', 'doing'],
  }
  expect(next(tones, ways, { status: 'new' })).toBe('start')
  expect(next(tones, { block: ['doing', 'bad'] }, { status: 'doing' })).toBeUndefined()
  expect(next(tones, { back: ['doing', 'new'] }, { status: 'doing' })).toBeUndefined()
  expect(next(tones, { renew: ['doing', 'doing'] }, { status: 'doing' })).toBeUndefined()
  expect(next(tones, { skip: ['doing', 'done', { reason: true }] }, { status: 'doing' })).toBeUndefined()
})

test('out of trouble a step back leads on', () => {
  const tones = { doing: 'info', waiting: 'warn', stopped: 'bad' }
  expect(next(tones, { resume: ['waiting', 'doing'] }, { status: 'waiting' })).toBe('resume')
  expect(next(tones, { undo: ['waiting', 'doing', { reason: true }] }, { status: 'waiting' })).toBeUndefined()
  expect(next(tones, { revise: ['stopped', 'doing', { reason: true }] }, { status: 'stopped' })).toBe(
    'revise',
  )
})

test('protocol §7 `doer`: what is somebody else’s job is not put first, nor is anything in its place', () => {
  const tones = { given: 'info', doing: 'info', done: 'good' }
  const steps: Parameters<typeof next>[1] = {
    accept: ['given', 'doing', { doer: 'holder' }],
    answer: ['given', 'done', { needs: ['note'] }],
  }
  expect(next(tones, steps, { status: 'given', holder: ID })).toBe('accept')
  expect(next(tones, steps, { status: 'given', holder: [OTHER, ID] })).toBe('accept')
  expect(next(tones, steps, { status: 'given' })).toBe('accept')
  expect(next(tones, steps, { status: 'given', holder: OTHER })).toBeUndefined()
})
