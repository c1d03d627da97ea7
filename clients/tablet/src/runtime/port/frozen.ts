/** A report's table that an act froze into a record (core/wuye/model/report.py), read for screen and paper alike. */
import type { Field, Manifest, Text } from '@/protocol/manifest'
import type { ChartSpec, ChartTable } from './paper'

/** All but the words of its cells: those of a column with a field are said as the field's are, others are keys of texts. */
export interface Frozen extends Omit<ChartTable, 'texts'> {
  readonly fields: readonly { readonly entity: string; readonly field: Field | undefined }[]
  /** A text by its key, else the key. */
  word(key: string): string
}

/** Null where the value is no such table. A column is the key of a text or `<entity>.<field>`. */
export function readFrozen(
  value: unknown,
  manifest: Manifest,
  pick: (text: Text | undefined) => string,
): Frozen | null {
  if (typeof value !== 'object' || value === null || !('columns' in value) || !('rows' in value)) return null
  const { columns, rows } = value
  if (!Array.isArray(columns) || !Array.isArray(rows)) return null
  const charts: ChartSpec[] = 'charts' in value && Array.isArray(value.charts) ? value.charts : []
  const word = (key: string): string => pick(manifest.texts[key]) || key
  const keys = columns.map(String)
  const fields = keys.map((key) => {
    const dot = key.lastIndexOf('.')
    const entity = key.slice(0, Math.max(dot, 0))
    return {
      entity,
      field: manifest.entities[entity]?.fields.find(({ name }) => name === key.slice(dot + 1)),
    }
  })
  return {
    columns: keys,
    cells: rows.filter(Array.isArray),
    heads: keys.map((key, at) => pick(fields[at]?.field?.label) || word(key)),
    charts: charts.map((chart) => ({ ...chart, title: word(chart.title) })),
    fields,
    word,
  }
}
