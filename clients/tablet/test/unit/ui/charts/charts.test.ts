import { describe, expect, it } from 'vitest'
import type { ChartTable } from '@/runtime/port/paper'
import { treesOf } from '@/ui/charts/nodes'
import { type Palette, plotOption } from '@/ui/charts/plot'
import { spansOf } from '@/ui/charts/spans'

const palette: Palette = {
  ink: '#111',
  line: '#ccc',
  ground: '#fff',
  tones: { info: '#00f', good: '#0a0', warn: '#a80', bad: '#c00' },
  font: 'sans',
}
const table = (columns: string[], cells: unknown[][]): ChartTable => ({
  columns,
  heads: columns.map((name) => name.toUpperCase()),
  cells,
  texts: cells.map((row) => row.map((cell) => String(cell ?? ''))),
  charts: [],
})

describe('plots', () => {
  const counts = table(
    ['cause', 'count', 'share', 'odd'],
    [
      ['leak', 5, '62.5', null],
      ['noise', 3, null, true],
    ],
  )

  it('draw a Pareto: columns on the left axis, the sum line on the right, what is no number leaves a gap', () => {
    const option = plotOption(
      counts,
      {
        type: 'plot',
        title: 'Pareto',
        x: 'cause',
        series: [{ column: 'count' }, { column: 'share', shape: 'line', second: true }],
      },
      palette,
    )
    expect(option.xAxis.data).toEqual(['leak', 'noise'])
    expect(option.yAxis).toHaveLength(2)
    expect(option.series.map((line) => [line.type, line.yAxisIndex])).toEqual([
      ['bar', 0],
      ['line', 1],
    ])
    expect(option.series[1]?.data.map((point) => point.value)).toEqual([62.5, null])
  })

  it('mark flagged points by shape, not by colour alone', () => {
    const option = plotOption(
      counts,
      {
        type: 'plot',
        title: 'Control',
        x: 'cause',
        flags: 'odd',
        series: [{ column: 'count', shape: 'line' }],
      },
      palette,
    )
    expect(option.series[0]?.data.map((point) => point.symbol)).toEqual([undefined, 'diamond'])
  })

  it('leave a column out that the table does not have', () => {
    const option = plotOption(
      counts,
      { type: 'plot', title: '', x: 'cause', series: [{ column: 'gone' }] },
      palette,
    )
    expect(option.series).toEqual([])
  })
})

describe('trees', () => {
  const spec = { type: 'tree', title: '', id: 'id', parent: 'up', label: 'id' } as const

  it('hang children below parents; a parent that is not there makes a root', () => {
    const roots = treesOf(
      table(
        ['id', 'up'],
        [
          ['a', null],
          ['b', 'a'],
          ['c', 'gone'],
        ],
      ),
      spec,
    )
    expect(roots.map((root) => [root.id, root.branches.map((node) => node.id)])).toEqual([
      ['a', ['b']],
      ['c', []],
    ])
  })

  it('cut a circle instead of running for ever', () => {
    const roots = treesOf(
      table(
        ['id', 'up'],
        [
          ['a', 'b'],
          ['b', 'a'],
        ],
      ),
      spec,
    )
    expect(roots).toHaveLength(1)
  })
})

describe('Gantt charts', () => {
  it('count the last day in full', () => {
    const spans = spansOf(
      table(
        ['name', 'from', 'to'],
        [
          ['x', '2026-01-01', '2026-01-05'],
          ['y', '2026-01-06', '2026-01-10'],
        ],
      ),
      { type: 'gantt', title: '', label: 'name', start: 'from', end: 'to' },
    )
    expect(spans.bars.map((bar) => [bar.planned.from, bar.planned.width])).toEqual([
      [0, 50],
      [50, 50],
    ])
  })
})
