import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlobValue } from '@/runtime/port/entry'
import type { Upload } from '@/runtime/port/waiting'
import {
  annotated,
  attached,
  blobsIn,
  countOf,
  faces,
  originalOf,
  storedOf,
  withBlob,
  without,
} from '@/ui/fields/values/attachments'

const blob = (sha256: string, role?: string): BlobValue => ({
  sha256,
  type: 'image/jpeg',
  size: 1,
  at: '2026-11-22T01:00:00.000Z',
  ...(role ? { role } : {}),
})
const upload = (sha256: string, state: Upload['state']): Upload => ({
  sha256,
  name: '',
  type: 'image/jpeg',
  size: 1,
  sent: 0,
  state,
  why: null,
  thumb: false,
})
const [a, b] = [blob('a'), blob('b')]
const drawn = blob('c', annotated(a))
const again = blob('d', annotated(drawn))
const shas = (blobs: readonly BlobValue[]): string[] => blobs.map(({ sha256 }) => sha256)

describe('attachments of a field (protocol §6)', () => {
  test('a drawn-on copy names the first original, however often it is drawn on', () => {
    expect(drawn.role).toBe('annotated:a')
    expect(again.role).toBe('annotated:a')
    expect(originalOf(a)).toBeNull()
  })

  test('the newest copy stands in the place of its photo; the original stays in the value', () => {
    expect(shas(faces([a, b, drawn]))).toEqual(['c', 'b'])
    expect(shas(faces([a, b, drawn, again]))).toEqual(['d', 'b'])
  })

  test('a copy whose original is elsewhere is shown by itself', () => {
    expect(shas(faces([b, drawn]))).toEqual(['b', 'c'])
  })

  test('thumbnails are not shown and count for nothing, drawings neither', () => {
    const all = [a, blob('t', 'thumb:a'), drawn, b]
    expect(shas(faces(all))).toEqual(['c', 'b'])
    expect(shas(attached(all))).toEqual(['a', 'c', 'b'])
    expect(countOf(all)).toBe(2)
  })

  test('removing what is shown takes its original, drawings and thumbnails along and nothing else', () => {
    const all = [a, blob('t', 'thumb:a'), b, blob('u', 'thumb:b'), drawn, blob('v', 'thumb:c')]
    expect(shas(without(all, drawn))).toEqual(['b', 'u'])
    expect(shas(without(all, b))).toEqual(['a', 't', 'c', 'v'])
  })

  test('nothing is shown twice and every photo is shown, by itself or by a copy', () => {
    const some = fc.uniqueArray(fc.constantFrom('a', 'b', 'e', 'f'))
    fc.assert(
      fc.property(some, fc.array(fc.constantFrom('a', 'b', 'e', 'f')), (originals, copies) => {
        const list = [
          ...originals.map((sha) => blob(sha)),
          ...copies.map((sha, index) => blob(`${sha}${index}`, `annotated:${sha}`)),
        ]
        const shown = faces(list)
        expect(new Set(shas(shown)).size).toBe(shown.length)
        for (const original of originals)
          expect(shown.filter((face) => (originalOf(face) ?? face.sha256) === original)).toHaveLength(1)
      }),
    )
  })

  test('the same bytes twice are one', () => {
    expect(withBlob([a], blob('a'))).toEqual([a])
    expect(blobsIn([a, blob('a'), { no: 'hash' }, null])).toHaveLength(1)
    expect(blobsIn('nothing')).toEqual([])
  })

  test('two of three at the server: what this tablet does not send is not waited for', () => {
    expect(storedOf([a, b, drawn], [upload('a', 'sending'), upload('b', 'stored')])).toBe(2)
  })
})
