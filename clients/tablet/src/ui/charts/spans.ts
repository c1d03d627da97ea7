/** Dates of a Gantt chart as shares of its width, in percent. Pure. */
import type { ChartSpec, ChartTable } from '@/runtime/port/paper'

export type GanttSpec = Extract<ChartSpec, { type: 'gantt' }>

export interface Span {
  from: number
  width: number
}

export interface Spans {
  bars: { label: string; planned: Span; done: Span | null }[]
  ticks: { text: string; at: number }[]
}

const DAY = 86_400_000

export function spansOf(table: ChartTable, spec: GanttSpec): Spans {
  const days = (row: unknown[], name: string | undefined): number | null => {
    const cell = name === undefined ? undefined : row[table.columns.indexOf(name)]
    const at = typeof cell === 'string' ? Date.parse(`${cell.slice(0, 10)}T00:00:00Z`) : Number.NaN
    return Number.isNaN(at) ? null : at / DAY
  }
  const label = table.columns.indexOf(spec.label)
  const rows = table.cells.map((row, index) => ({
    label: table.texts[index]?.[label] ?? '',
    planned: [days(row, spec.start), days(row, spec.end)] as const,
    done: [days(row, spec.done_start), days(row, spec.done_end)] as const,
  }))
  const all = rows.flatMap((row) => [...row.planned, ...row.done]).filter((day) => day !== null)
  if (!all.length) return { bars: [], ticks: [] }
  const first = Math.min(...all)
  // The last day counts in full.
  const whole = Math.max(...all) + 1 - first
  const span = ([from, to]: readonly [number | null, number | null]): Span | null =>
    from === null
      ? null
      : { from: ((from - first) / whole) * 100, width: (((to ?? from) + 1 - from) / whole) * 100 }
  return {
    bars: rows.map((row) => ({
      label: row.label,
      planned: span(row.planned) ?? { from: 0, width: 0 },
      done: span(row.done),
    })),
    ticks: [0, 0.25, 0.5, 0.75].map((share) => ({
      text: new Date(Math.round(first + share * whole) * DAY).toISOString().slice(0, 10),
      at: share * 100,
    })),
  }
}
