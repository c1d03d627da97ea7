/** ECharts, only what plots need: a chunk of its own, not part of the first load. */
import { BarChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridSimpleComponent, LegendPlainComponent, TooltipComponent } from 'echarts/components'
import { type EChartsType, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([
  BarChart,
  GridSimpleComponent,
  LegendPlainComponent,
  LineChart,
  ScatterChart,
  SVGRenderer,
  TooltipComponent,
])

export function draw(place: HTMLElement): EChartsType {
  return init(place, null, { renderer: 'svg' })
}
