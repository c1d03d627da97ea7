/** A report's table that an act froze into a record, in words of the page. */
import { textOf } from '@/i18n/text'
import type { Manifest } from '@/protocol/manifest'
import { readFrozen } from '@/runtime/port/frozen'
import type { ChartTable } from '@/runtime/port/paper'
import { sayValue } from '@/ui/fields/values/saying'

/** Null where the value is no such table. */
export function frozenTable(value: unknown, manifest: Manifest, zone: string | undefined): ChartTable | null {
  const table = readFrozen(value, manifest, (text) => textOf(text))
  if (!table) return null
  const { fields, word, ...shown } = table
  const say = (cell: unknown, at: number): string => {
    const field = fields[at]?.field
    if (cell === null || cell === undefined) return ''
    return field ? sayValue(field, cell, manifest.codes, zone) : word(String(cell))
  }
  return { ...shown, texts: shown.cells.map((row) => row.map(say)) }
}
