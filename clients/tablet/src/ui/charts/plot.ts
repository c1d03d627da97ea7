/** A report's plot as an ECharts option: pure, so that it can be tested without a page. */
import type { ChartSeries, ChartSpec, ChartTable } from '@/runtime/port/paper'

export type Plot = Extract<ChartSpec, { type: 'plot' }>

/** Colours of one theme, from the design tokens. */
export interface Palette {
  ink: string
  line: string
  ground: string
  tones: Record<NonNullable<ChartSeries['tone']>, string>
  font: string
}

interface Axis {
  type: 'category' | 'value'
  data?: string[]
  position?: 'left' | 'right'
  scale?: boolean
  axisLabel: { color: string; hideOverlap?: boolean }
  axisLine: { show: boolean; lineStyle: { color: string } }
  splitLine: { show: boolean; lineStyle: { color: string } }
}

interface Line {
  type: 'bar' | 'line' | 'scatter'
  name: string
  yAxisIndex: number
  data: { value: unknown; symbol?: string; symbolSize?: number; itemStyle?: { color: string } }[]
  itemStyle: { color: string }
  lineStyle?: { color: string; type: 'solid' | 'dashed'; width: number }
  symbol?: string
  symbolSize?: number
  barCategoryGap?: string
  connectNulls?: boolean
}

export interface PlotOption {
  animation: false
  backgroundColor: string
  textStyle: { color: string; fontFamily: string }
  grid: { left: number; right: number; top: number; bottom: number; containLabel: true }
  legend: { show: boolean; bottom: number; textStyle: { color: string } }
  tooltip: { trigger: 'axis' | 'item' }
  xAxis: Axis
  yAxis: Axis[]
  series: Line[]
}

/** For series that share a tone: told apart on light and dark ground alike. */
const SHADES = ['#2f75b5', '#c06a00', '#2e8b4a', '#9356c0', '#c8453c', '#008b96', '#8a7500', '#6b7b87']

/** Compose the option. A column that the table does not have draws nothing. */
export function plotOption(table: ChartTable, plot: Plot, palette: Palette): PlotOption {
  const x = table.columns.indexOf(plot.x)
  const flags = plot.flags === undefined ? -1 : table.columns.indexOf(plot.flags)
  const known = plot.series.filter((series) => table.columns.includes(series.column))
  const bars = known.some((series) => (series.shape ?? 'bars') === 'bars')
  const axis = (type: Axis['type'], more: Partial<Axis> = {}): Axis => ({
    type,
    axisLabel: { color: palette.ink, ...(type === 'category' ? { hideOverlap: true } : {}) },
    axisLine: { show: true, lineStyle: { color: palette.line } },
    splitLine: { show: type === 'value', lineStyle: { color: palette.line } },
    ...more,
  })
  const second = known.some((series) => series.second)
  return {
    animation: false,
    backgroundColor: palette.ground,
    textStyle: { color: palette.ink, fontFamily: palette.font },
    grid: { left: 8, right: 16, top: 16, bottom: known.length > 1 ? 40 : 12, containLabel: true },
    legend: { show: known.length > 1, bottom: 0, textStyle: { color: palette.ink } },
    tooltip: { trigger: bars ? 'axis' : 'item' },
    xAxis: plot.numeric
      ? axis('value', { scale: true })
      : axis('category', { data: table.texts.map((row) => row[x] ?? '') }),
    // Bars start at nothing; lines and points may begin where their values do.
    yAxis: [
      axis('value', { scale: !bars }),
      ...(second
        ? [
            {
              ...axis('value', { position: 'right' as const }),
              splitLine: { show: false, lineStyle: { color: palette.line } },
            },
          ]
        : []),
    ],
    series: known.map((series, index) => {
      const column = table.columns.indexOf(series.column)
      const alone = known.every(
        (other, place) => place === index || (other.tone ?? 'info') !== (series.tone ?? 'info'),
      )
      const colour = alone ? palette.tones[series.tone ?? 'info'] : (SHADES[index % SHADES.length] as string)
      const shape = series.shape ?? 'bars'
      return {
        type: shape === 'bars' ? 'bar' : shape === 'line' ? 'line' : 'scatter',
        name: table.heads[column] ?? series.column,
        yAxisIndex: series.second ? 1 : 0,
        itemStyle: { color: colour },
        ...(shape === 'line'
          ? {
              lineStyle: {
                color: colour,
                type: series.dashed ? 'dashed' : 'solid',
                width: series.dashed ? 1 : 2,
              },
            }
          : {}),
        ...(series.dashed ? { symbol: 'none' } : {}),
        ...(plot.touching ? { barCategoryGap: '0%' } : {}),
        connectNulls: false,
        data: table.cells.map((row) => ({
          value: plot.numeric ? [number(row[x]), number(row[column])] : number(row[column]),
          // A flagged point is told by shape too, never by colour alone.
          ...(index === 0 && flags >= 0 && isFlag(row[flags])
            ? { symbol: 'diamond', symbolSize: 14, itemStyle: { color: palette.tones.bad } }
            : {}),
        })),
      }
    }),
  }
}

/** Decimals travel as text; what is no number leaves a gap. */
function number(cell: unknown): number | null {
  const value =
    typeof cell === 'number' ? cell : typeof cell === 'string' && cell !== '' ? Number(cell) : Number.NaN
  return Number.isFinite(value) ? value : null
}

function isFlag(cell: unknown): boolean {
  return cell !== null && cell !== undefined && cell !== false && cell !== '' && cell !== 0
}
