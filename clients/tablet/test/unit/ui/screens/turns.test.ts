import { expect, test } from 'vitest'
import type { ListQuery, ListRow } from '@/runtime/port/records'
import { inTurn, TURNS } from '@/ui/screens/parts/turns'
import { ME, sit } from '../../replica/fixture/desk'

test('tablet §3.2.1: of what is urgent, mine comes first, then what nobody has, then the others’', async () => {
  const desk = await sit()
  const ask = async (more: Partial<ListQuery>) =>
    (await desk.told.listing.list({ entity: 'ticket', limit: 1000, ...more })).answer
  const [one, two, ...rest] = (await ask({})).rows
  for (const { site, entity, id } of [one, two].filter((row) => row !== undefined).reverse())
    await desk.replica.writer.commit([{ kind: 'update', site, entity, id, values: { assignee: ME } }])

  const turns = await Promise.all(TURNS.map(async (where) => [undefined, await ask({ where })]))
  const rows = inTurn(turns, 1000)
  const whose = (row: ListRow) => (row.values['assignee'] === ME ? 0 : row.values['assignee'] ? 2 : 1)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rest.length + 2)
  expect(rows.length).toBe(rest.length + 2)
  expect(rows.map(whose)).toEqual(rows.map(whose).sort())
  expect(new Set(rows.map(whose))).toEqual(new Set([0, 1, 2]))
  expect(inTurn(turns, 2).map(whose)).toEqual([0, 0])
})
