import { check, noMismatch } from './invariants'
import type { Mutant } from './mutants'
import { World } from './world'

const MOVES = 70

/** Lives one world to its end; rejects with what was wrong in it. */
export async function live(seed: number, mutant?: Mutant): Promise<void> {
  const world = new World(seed, mutant)
  try {
    await world.found()
    await world.live(MOVES)
    await world.rest()
    await check(world)
    await world.nextDay()
    noMismatch(world)
    await check(world)
  } catch (error) {
    throw new Error(
      `world ${seed} (npm run simulation -- ${seed}): ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    )
  }
}
