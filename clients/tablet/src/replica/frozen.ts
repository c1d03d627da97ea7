/** A report's table that an act froze into a record, made ready to be shown (core/wuye/model/report.py). */
import { pick } from '@/engine/manifest'
import type { ChartSpec, ChartTable } from '@/runtime/port'
import { isBody, Paths, type Source } from './paths'

/** Null where the value is none. Heads are keys of fields or of texts; cells are shown as their fields are. */
export async function frozenTable(value: unknown, site: string, source: Source): Promise<ChartTable | null> {
  if (!isBody(value) || !Array.isArray(value.columns) || !Array.isArray(value.rows)) return null
  const paths = new Paths(source)
  const columns = value.columns.map(String)
  const cells = value.rows.filter(Array.isArray) as unknown[][]
  const fields = columns.map((key) =>
    paths.fieldAt(key.slice(0, key.lastIndexOf('.')), key.slice(key.lastIndexOf('.') + 1)),
  )
  const { texts } = source.known.manifest
  return {
    columns,
    cells,
    heads: columns.map((key, i) => pick(fields[i]?.label ?? texts[key], source.lang) || key),
    texts: await Promise.all(
      cells.map((row) =>
        Promise.all(
          row.map(async (cell, i) => {
            const field = fields[i]
            if (field)
              return source.value(site, columns[i]?.slice(0, columns[i]?.lastIndexOf('.')) ?? '', field, cell)
            return cell === null || cell === undefined
              ? ''
              : pick(texts[String(cell)], source.lang) || String(cell)
          }),
        ),
      ),
    ),
    charts: (Array.isArray(value.charts) ? value.charts : []).map((chart: ChartSpec) => ({
      ...chart,
      title: pick(texts[chart.title], source.lang) || chart.title,
    })),
  }
}
