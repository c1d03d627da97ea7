import type { Transaction } from 'dexie'
import { Leaves } from '../leaves'
import type { RecordRow } from '../tables'
import { DexieTable } from './table'

interface Version {
  /** Keys and indexes that it adds, in Dexie's words; null removes a table. */
  readonly stores: Readonly<Record<string, string | null>>
  readonly upgrade?: (transaction: Transaction) => Promise<void>
}

/** Records taken over at once. */
const PAGE = 2_000

/** What each version of the database adds; one that has left the house is never changed. */
export const VERSIONS: readonly Version[] = [
  {
    stores: {
      records: 'k',
      ops: 'i, &op, [replica+site+n], record, over, state',
      logs: '[replica+site]',
      buckets: 'id',
      meta: 'k',
      drafts: 'key',
      blobs: 'sha256, state',
      bytes: '[sha256+part]',
      lines: '[entity+chunk]',
      touched: '[entity+n]',
      salvage: 'record',
    },
  },
  { stores: { records: null, leaves: 'k, at' }, upgrade: intoLeaves },
]

async function intoLeaves(transaction: Transaction): Promise<void> {
  const records = transaction.table<RecordRow, string>('records')
  const leaves = new Leaves(new DexieTable(transaction.table('leaves'), transaction.idbtrans))
  let last = ''
  while (true) {
    const rows = await records.where(':id').above(last).limit(PAGE).toArray()
    await leaves.put(rows)
    if (rows.length < PAGE) return
    last = rows[rows.length - 1]?.k ?? last
  }
}
