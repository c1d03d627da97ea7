import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { speak } from '@/i18n/i18n'
import type { Field, Manifest } from '@/protocol/manifest'
import { kindOf, optionsOf, spans, wantedSpan, wordsOf } from '@/ui/views/filters'

const codes = [
  { value: 'a', label: { en: 'Alpha' } },
  { value: 'b', label: { en: 'Beta' }, retired: true },
]
const manifest = { codes: { letters: codes } } as unknown as Manifest
const field = (type: string, more: Partial<Field> = {}): Field => ({ name: 'f', label: {}, type, ...more })
const known = { manifest, titles: new Map([['id1', 'Door 7']]), zone: 'Asia/Shanghai' }

beforeAll(() => speak('en'))

describe('filters by the type of a field', () => {
  it('a type that nobody knows cannot be filtered by', () => {
    expect(kindOf(field('hologram'))).toBeNull()
    expect(kindOf(field('choice'))).toBe('options')
  })

  it('offers codes that are in use', () => {
    expect(optionsOf(field('choice', { codes: 'letters' }), manifest)).toEqual([
      { value: 'a', label: 'Alpha' },
    ])
  })

  it('reads as people say it', () => {
    expect(wordsOf(field('choice', { codes: 'letters' }), ['a'], known)).toBe('Alpha')
    expect(wordsOf(field('ref', { ref: 'x' }), 'id1', known)).toBe('Door 7')
    expect(wordsOf(field('ref', { ref: 'x' }), { me: true }, known)).toBe('Me')
    expect(wordsOf(field('boolean'), true, known)).toBe('Yes')
    expect(wordsOf(field('date'), { first: '2026-01-02', end: '2026-01-05' }, known)).toBe(
      '2 Jan 2026 – 5 Jan 2026',
    )
    expect(wordsOf(field('integer'), { first: 3 }, known)).toBe('from 3')
  })
})

describe('spans of time', () => {
  const now = Date.parse('2026-11-22T17:00:00Z')

  it('begin and end with the days of the site', () => {
    const [today] = spans(now, 'Asia/Shanghai')
    expect(today?.span).toEqual({ first: '2026-11-23', end: '2026-11-24' })
    expect(wantedSpan(today?.span ?? {}, 'datetime', 'Asia/Shanghai')).toEqual({
      first: '2026-11-22T16:00:00.000Z',
      end: '2026-11-23T16:00:00.000Z',
    })
    expect(wantedSpan(today?.span ?? {}, 'date', 'Asia/Shanghai')).toEqual(today?.span)
  })

  it('today, this week, the last days and this month hold today', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (at) => {
        const today = new Date(at).toISOString().slice(0, 10)
        for (const { id, span } of spans(at, 'UTC')) {
          if (id === 'past') expect(span.end).toBe(today)
          else expect((span.first ?? '') <= today && today < (span.end ?? '')).toBe(true)
        }
      }),
    )
  })
})
