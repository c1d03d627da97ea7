import { describe, expect, it } from 'vitest'
import { MUTANTS } from './mutants'
import { live } from './run'

const WORLDS = 300
const PATIENCE = 120_000
const FIRST = Number(process.env['SEED'] ?? 1)
const COUNT = process.env['SEED'] === undefined ? WORLDS : 1

describe('design §8: engines against a model server, with a bad network and crashes', () => {
  it(
    `every op has one outcome and every replica what its user may see, in ${COUNT} worlds`,
    async () => {
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) await live(seed)
    },
    PATIENCE,
  )

  it.each(Object.entries(MUTANTS))(
    'notices an engine in which %s',
    async (_, mutant) => {
      const caught = async (): Promise<void> => {
        for (let seed = 1; seed <= WORLDS; seed++) await live(seed, mutant)
      }
      await expect(caught()).rejects.toThrow(/world \d+/)
    },
    PATIENCE,
  )
})
