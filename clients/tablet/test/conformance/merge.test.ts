import { expect, test } from 'vitest'
import { mergeField } from '@/engine/merge'
import { vectors } from './vectors'

interface Case {
  readonly name: string
  readonly policy: string
  readonly was: unknown
  readonly new: unknown
  readonly cur: unknown
  readonly value: unknown
  readonly outcome: string
  readonly later?: boolean
}

test.each(vectors<{ cases: readonly Case[] }>('merge').cases)('protocol §3.3, $name', (each) => {
  const merged = mergeField(each.policy, each.was, each.new, each.cur, each.later)
  expect(merged).toEqual({ value: each.value, outcome: each.outcome })
})
