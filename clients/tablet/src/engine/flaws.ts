/** What is wrong with an entry, as keys that `words.ts` turns into sentences. */

import type { Values } from '@/engine/values'
import type { Text } from '@/protocol/manifest'

/**
 * One thing wrong: the field (`works.2.kind` inside rows, `''` for the whole entry), a key of the area `flaws`, what
 * the text names, and the entity's own message if it has one.
 */
export interface Flaw {
  readonly field: string
  readonly key: string
  readonly params: Values
  readonly message?: Text
}

/** The entry does not fit its entity. Nothing was kept nor lost: the form still holds what was typed. */
export class InvalidEntry extends Error {
  readonly flaws: readonly Flaw[]

  constructor(flaws: readonly Flaw[]) {
    super(flaws.map((flaw) => `${flaw.field || '*'}: ${flaw.key}`).join('; '))
    this.name = 'InvalidEntry'
    this.flaws = flaws
  }
}

export const flaw = (field: string, key: string, params: Values = {}): Flaw => ({ field, key, params })
