import { expect, test } from 'vitest'
import type { Code } from '@/protocol/manifest'
import { below, isTree, offered, pathTo } from '@/ui/fields/values/tree'

const code = (value: string, parent?: string, retired = false): Code => ({
  value,
  label: { en: value },
  retired,
  ...(parent ? { parent } : {}),
})
const CODES = [
  code('water'),
  code('tap', 'water'),
  code('pipe', 'water'),
  code('old', undefined, true),
  code('older', 'old'),
]
const names = (codes: readonly Code[]): string[] => codes.map(({ value }) => value)

test('a tree opens level by level', () => {
  expect(isTree(CODES)).toBe(true)
  expect(isTree([code('a'), code('b')])).toBe(false)
  expect(names(below(CODES, null))).toEqual(['water', 'old'])
  expect(names(below(CODES, 'water'))).toEqual(['tap', 'pipe'])
  expect(pathTo(CODES, 'tap')).toEqual(['water', 'tap'])
  expect(pathTo(CODES, 'nowhere')).toEqual([])
})

test('a code whose parent is unknown stands at the top', () => {
  expect(names(below([code('tap', 'water')], null))).toEqual(['tap'])
})

test('codes that name each other as parents end', () => {
  expect(pathTo([code('a', 'b'), code('b', 'a')], 'a')).toEqual(['b', 'a'])
})

test('retired codes are not offered, nor what lies below them; a chosen one stays', () => {
  expect(names(offered(CODES, []))).toEqual(['water', 'tap', 'pipe'])
  expect(names(offered(CODES, ['old']))).toContain('old')
  expect(names(offered(CODES, ['older']))).toContain('older')
})
