import type { Values } from '@/engine/values'
import type { Account } from '@/protocol/manifest'

/** An owner's balance as seen, pending entries counted (null: unknown here), and what those take of it. */
export interface Balance {
  readonly shown: number | null
  readonly taken: number
}

/** What a judgement needs to see of the local database; the store-backed view provides it. */
export interface Look {
  readonly online: boolean
  /** Whether a record is here, at any site, also if it was only just made. */
  exists(entity: string, id: string): Promise<boolean>
  /** Whether another record of the site has these values. */
  hasTwin(site: string, entity: string, values: Values, id: string): Promise<boolean>
  /** What expressions may name besides fields (`scopeOf`). */
  scope(site: string): Values
  balance(site: string, entity: string, account: Account, owner: string): Promise<Balance>
}
