/** Forms on paper and the charts of tables, the same shapes as on the server. */
import type { Lang } from './values'

/** A form composed for paper, the same shapes as on the server (core/wuye/prints/page.py). */
export interface Sheet {
  language: Lang
  company: string
  site: string
  title: string
  number: string
  printed: string
  paper: 'A4' | 'A5' | 'card'
  landscape: boolean
  /** Names of its copies: the form once for each, each on a sheet of its own. */
  parts: string[]
  blocks: SheetBlock[]
}

export type SheetBlock =
  | { kind: 'facts'; label: string; columns: number; facts: { label: string; text: string; long: boolean }[] }
  | { kind: 'grid'; label: string; heads: string[]; rows: string[][]; blank: number; numbers: number[] }
  /** Running words; null is a gap for the pen. */
  | { kind: 'words'; parts: (string | null)[] }
  | { kind: 'texts'; label: string; texts: { language: string; name: string; text: string }[] }
  | { kind: 'signatures'; places: { label: string; signer: string; at: string; sha256: string | null }[] }
  | { kind: 'photos'; label: string; sha256: string[] }
  | { kind: 'code'; text: string }
  | { kind: 'figures'; label: string; table: ChartTable | null; rows: boolean }
  | { kind: 'group'; label: string; title: string; blocks: SheetBlock[] }

/** A report's table with its charts (core/wuye/model/report.py): `heads` and `texts` in words, `cells` as they are. */
export interface ChartTable {
  columns: string[]
  heads: string[]
  cells: unknown[][]
  texts: string[][]
  charts: ChartSpec[]
}

export type ChartSpec =
  | {
      type: 'plot'
      title: string
      x: string
      series: ChartSeries[]
      flags?: string
      numeric?: boolean
      touching?: boolean
    }
  | {
      type: 'gantt'
      title: string
      label: string
      start: string
      end: string
      done_start?: string
      done_end?: string
    }
  | {
      type: 'tree'
      title: string
      id: string
      parent: string
      label: string
      fishbone?: boolean
      flags?: string
    }

export interface ChartSeries {
  column: string
  shape?: 'bars' | 'line' | 'points'
  second?: boolean
  dashed?: boolean
  tone?: 'info' | 'good' | 'warn' | 'bad'
}
