import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uuid7 } from '@/engine/ids'
import { choose, digest, groupsOf, type Made, make, misfit, sizeOf } from '@/engine/ops'
import { MAX_BODY, MAX_GROUP_OPS, MAX_OPS } from '@/protocol/wire'

const SITE = '01900000-0000-7000-8000-000000000001'
const MALL = '01900000-0000-7000-8000-000000000002'
const by = { id: 'op', at: Date.UTC(2026, 10, 22, 1, 2, 3, 4), v: 3 }
const place = { site: SITE, entity: 'ticket', id: 'r' }

const made = (more: Partial<Made> = {}): Made => ({
  ...make({ ...place, kind: 'create', set: { title: 'x' } }, { seen: null, seq: 0 }, by),
  ...more,
})

describe('protocol §3.1: what an op says', () => {
  it('`was` holds what the user saw of every field that is set, missing ones as null; `base` the seq', () => {
    const op = make({ ...place, kind: 'update', set: { a: 2, b: 3 } }, { seen: { a: 1 }, seq: 41 }, by)
    expect(op).toEqual({
      op: 'op',
      site: SITE,
      entity: 'ticket',
      record: 'r',
      kind: 'update',
      at: '2026-11-22T01:02:03.004Z',
      v: 3,
      set: { a: 2, b: 3 },
      was: { a: 1, b: null },
      base: 41,
    })
  })

  it('an act bears its name, its args and its group', () => {
    const op = make(
      { ...place, kind: 'act', act: 'finish', args: { reason: 'done' } },
      { seen: {}, seq: 7 },
      { ...by, group: 'g' },
    )
    expect(op).toMatchObject({ kind: 'act', act: 'finish', args: { reason: 'done' }, group: 'g', base: 7 })
    expect(op).not.toHaveProperty('set')
  })

  it('the digest is the same whatever the order of keys, and another for other content', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (set) => {
        const turned = Object.fromEntries(Object.entries(set).reverse())
        expect(digest(made({ set: turned }))).toBe(digest(made({ set })))
      }),
    )
    expect(digest(made({ set: { a: 1 } }))).not.toBe(digest(made({ set: { a: 2 } })))
  })

  it('sizes are those of the JSON in UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(sizeOf({ text })).toBe(new TextEncoder().encode(JSON.stringify({ text })).length)
      }),
    )
    expect(sizeOf('漏水😀')).toBe(new TextEncoder().encode('"漏水😀"').length)
  })

  it('no op over 64 KiB is made, no group over 100 ops or of two sites', () => {
    expect(misfit([made()])).toBeNull()
    expect(misfit([made({ set: { note: '漏'.repeat(22_000) } })])).toBe('too_large')
    expect(misfit([made(), made({ site: MALL })])).toBe('group_sites')
    expect(misfit(Array.from({ length: MAX_GROUP_OPS + 1 }, () => made()))).toBe('group_too_large')
    expect(misfit(Array.from({ length: 10 }, () => made({ set: { note: 'x'.repeat(60_000) } })))).toBe(
      'group_too_large',
    )
  })
})

/** A queue of some logs; groups are runs. */
const queues = fc
  .array(
    fc.record({
      site: fc.constantFrom(SITE, MALL),
      group: fc.option(fc.constantFrom('g', 'h', 'i')),
      size: fc.integer({ min: 100, max: 60_000 }),
    }),
    { maxLength: 700 },
  )
  .map((ops) => {
    const next = new Map<string, number>()
    return ops.map(({ site, group, size }) => {
      const n = (next.get(site) ?? 0) + 1
      next.set(site, n)
      return { site, n, size, body: made({ site, group }) }
    })
  })

describe('protocol §3.1: what one request sends', () => {
  it('is the beginning of each log, in whole groups, within the limits unless one group alone is larger', () => {
    fc.assert(
      fc.property(queues, fc.nat(9), fc.nat(5), (queue, shrink, turn) => {
        const chosen = choose(queue, turn, shrink)
        if (queue.length) expect(chosen.length).toBeGreaterThan(0)
        for (const site of [SITE, MALL]) {
          const log = queue.filter((op) => op.site === site)
          const ours = chosen.filter((op) => op.site === site)
          expect(ours).toEqual(log.slice(0, ours.length))
          const whole = groupsOf(log).map((group) => group.at(-1)?.n)
          if (ours.length) expect(whole).toContain(ours.at(-1)?.n)
        }
        const alone =
          chosen.length === groupsOf(chosen.filter((op) => op.site === chosen[0]?.site))[0]?.length
        if (!alone) {
          expect(chosen.length).toBeLessThanOrEqual(Math.max(1, MAX_OPS >> shrink))
          expect(chosen.reduce((sum, op) => sum + op.size, 0)).toBeLessThanOrEqual(MAX_BODY >> shrink)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('a site that always comes first starves no other', () => {
    const queue = [SITE, MALL].flatMap((site) =>
      Array.from({ length: MAX_OPS }, (_, i) => ({ site, n: i + 1, size: 100, body: made({ site }) })),
    )
    expect([0, 1].map((turn) => choose(queue, turn, 0)[0]?.site).sort()).toEqual([SITE, MALL])
  })
})

describe('protocol §1: ids', () => {
  it('are UUIDv7: canonical, with their time in front, in the order of their times', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 47),
        fc.nat(2 ** 47),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (a, b, random) => {
          const [first, second] = [uuid7(a, random), uuid7(b, random)]
          expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
          expect(Number.parseInt(first.slice(0, 8) + first.slice(9, 13), 16)).toBe(a)
          if (a < b) expect(first < second).toBe(true)
        },
      ),
    )
  })
})
