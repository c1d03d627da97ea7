import { beforeEach, describe, expect, it } from 'vitest'
import { type Desk, ROWS, SITE, sit } from './fixture/desk'

let desk: Desk

beforeEach(async () => {
  desk = await sit()
})

const hidden = ROWS.find((row) => row.e === 'owner.private')
const owner = String(hidden?.d?.['owner'])
const phone = String(hidden?.d?.['phone'])
const tail = phone.replace(/\D/g, '').slice(-4)

/** The look-ups written down so far. */
const noted = async () =>
  (await desk.store.read((at) => at.opsIn(['waiting'])))
    .filter((op) => op.body.entity === 'access')
    .map((op) => op.body.set)

describe('OWN-7: whoever looks at private data leaves a trace', () => {
  it('says whose data, which of them, where and why', async () => {
    const seen = await desk.replica.view.get({ site: SITE, entity: 'owner.private', id: hidden?.r ?? '' })
    if (seen) await desk.replica.writer.look([seen], 'view', 'call-back')
    expect(await noted()).toEqual([
      expect.objectContaining({
        subject_entity: 'owner.private',
        subject: hidden?.r,
        owner,
        screen: 'view',
        reason: 'call-back',
      }),
    ])
    const fields = (await noted())[0]?.['fields'] as { field: string }[]
    expect(fields.map(({ field }) => field)).toContain('phone')
  })

  it('writes nothing for what anybody may see', async () => {
    const seen = await desk.replica.view.get({ site: SITE, entity: 'owner', id: owner })
    if (seen) await desk.replica.writer.look([seen], 'view', null)
    expect(await noted()).toEqual([])
  })

  it('a person is found by the tail of his phone, and shown without it', async () => {
    for (const name of desk.replica.known.entities.keys()) await desk.replica.rolls.get(name)
    const { answer, shown } = await desk.told.searching.search({ text: tail })
    const hit = answer.hits.find((row) => row.id === owner)
    expect(hit?.entity).toBe('owner')
    expect(answer.hits.map((row) => row.entity)).not.toContain('owner.private')
    expect(shown.map((seen) => seen.id)).toContain(hidden?.r)
    expect(JSON.stringify(hit)).not.toContain(phone)
  })

  it('a private record is named by nobody', async () => {
    expect(await desk.told.words.named(SITE, 'owner.private', hidden?.r ?? '')).toBe('…')
  })
})
