/** A report's table that an act froze into a record, in words (core/wuye/model/report.py). */
import { textOf } from '@/i18n/text'
import type { Field, Manifest } from '@/protocol/manifest'
import type { ChartSpec, ChartTable } from '@/runtime/port'
import { sayValue } from '@/ui/fields/values/saying'

interface Frozen {
  columns: string[]
  rows: unknown[][]
  charts?: ChartSpec[]
}

const isFrozen = (value: unknown): value is Frozen =>
  typeof value === 'object' && value !== null && 'columns' in value && Array.isArray((value as Frozen).rows)

/** Null where the value is no such table. A column is the key of a text or `<entity>.<field>`. */
export function frozenTable(value: unknown, manifest: Manifest, zone: string | undefined): ChartTable | null {
  if (!isFrozen(value)) return null
  const word = (key: string): string => textOf(manifest.texts[key]) || key
  const fields = value.columns.map((key): Field | undefined => {
    const dot = key.lastIndexOf('.')
    return manifest.entities[key.slice(0, dot)]?.fields.find(({ name }) => name === key.slice(dot + 1))
  })
  const say = (cell: unknown, field: Field | undefined): string =>
    cell === null || cell === undefined
      ? ''
      : field
        ? sayValue(field, cell, manifest.codes, zone)
        : word(String(cell))
  return {
    columns: value.columns,
    cells: value.rows,
    heads: value.columns.map((key, at) => textOf(fields[at]?.label) || word(key)),
    texts: value.rows.map((row) => row.map((cell, at) => say(cell, fields[at]))),
    charts: (value.charts ?? []).map((chart) => ({ ...chart, title: word(chart.title) })),
  }
}
