import type { CustomSeriesOption, EChartsOption } from 'echarts'
import type { GanttView } from './gantt-view.ts'

/**
 * How the chart is drawn, for ECharts. The HTML page carries the source of this function and calls it there, so it uses nothing
 * from outside of itself.
 * @param zoom whether there is someone to point and zoom
 */
export function ganttOption(view: GanttView, zoom: boolean): EChartsOption {
  type RenderItem = NonNullable<CustomSeriesOption['renderItem']>
  interface Area {
    x: number
    y: number
    width: number
    height: number
  }
  const text = '#1a1a1a'
  const faint = '#e3e3e3'
  const font = (size: number, weight = 'normal') => `${weight} ${size}px sans-serif`

  const drawFrame: RenderItem = ({ coordSys }) => {
    const { x, y, width, height } = coordSys as unknown as Area
    const line = (top: number, left: number, stroke: string) => ({
      type: 'line' as const,
      shape: { x1: left, y1: y + top, x2: x + width, y2: y + top },
      style: { stroke, lineWidth: 1 },
    })
    const label = (string: string, left: number, middle: number, size: number, weight: string) => ({
      type: 'text' as const,
      style: {
        text: string,
        x: left,
        y: y + middle,
        align: weight === 'bold' ? ('left' as const) : ('right' as const),
        verticalAlign: 'middle' as const,
        fill: text,
        font: font(size, weight),
      },
    })
    const heading = (string: string, middle: number) => ({
      type: 'text' as const,
      style: {
        text: string,
        x: 16,
        y: y + middle,
        align: 'left' as const,
        verticalAlign: 'middle' as const,
        fill: text,
        font: font(12, 'bold'),
        // It stands on the lines of the time axis.
        backgroundColor: '#ffffff',
        padding: [2, 6, 2, 0],
      },
    })
    return {
      type: 'group',
      silent: true,
      children: [
        ...view.headings.map(({ top }) => line(top, 16, '#9a9a9a')),
        ...view.rows.map(({ top }) => line(top, x, faint)),
        ...view.hosts.map(({ top }) => line(top, 16, '#9a9a9a')),
        line(height, 16, '#9a9a9a'),
        ...view.hosts.map((host) =>
          label(host.label, 16, host.top + Math.min(host.height / 2, 12), 12, 'bold'),
        ),
        ...view.rows
          .filter((row) => row.label !== '')
          .map((row) => label(row.label, x - 8, row.top + row.height / 2, view.labelSize, 'normal')),
        ...view.headings.map((part) => heading(part.text, part.top + part.height / 2)),
      ],
    }
  }

  const drawBar: RenderItem = ({ coordSys }, api) => {
    const bar = view.bars[api.value(3) as number]
    const area = coordSys as unknown as Area
    if (bar === undefined) return
    const end = area.x + area.width
    const from = Math.max(api.coord([bar.start, 0])[0] as number, area.x)
    const to = Math.min(api.coord([bar.finish, 0])[0] as number, end)
    // A task that takes no time at an end of the axis may lie beyond it by rounding.
    if (to < area.x - 0.5 || from > end + 0.5) return
    const width = Math.max(to - from, 1)
    const shape = { x: from, y: area.y + bar.top, width, height: bar.height }
    const fill = view.legend[bar.legend]?.colour
    return {
      type: 'rect',
      shape,
      style: { fill, stroke: '#ffffff', lineWidth: width > 3 && bar.height > 4 ? 0.75 : 0 },
      ...(bar.label !== '' && bar.labelWidth + 6 <= width
        ? {
            textContent: {
              type: 'text' as const,
              style: { text: bar.label, fill: bar.ink, font: font(view.labelSize) },
            },
            textConfig: { position: 'inside' as const },
          }
        : {}),
    }
  }

  const axis = {
    type: 'value' as const,
    min: view.from,
    max: view.to,
    name: 'time (s)',
    nameLocation: 'middle' as const,
    nameGap: 26,
    nameTextStyle: { color: text, fontSize: 12 },
    axisLine: { show: false },
    axisTick: { show: true, lineStyle: { color: '#9a9a9a' } },
    axisLabel: { color: text, fontSize: 11, hideOverlap: true },
    // Who zooms needs finer steps.
    ...(zoom ? { splitNumber: 10 } : { interval: view.step }),
  }
  const bars = view.legend.map(
    (_, kind): CustomSeriesOption => ({
      type: 'custom',
      name: `kind ${kind}`,
      color: view.legend[kind]?.colour as string,
      encode: { x: [0, 1], y: 2 },
      data: view.bars.flatMap((bar, index) =>
        bar.legend === kind ? [[bar.start, bar.finish, 0, index]] : [],
      ),
      renderItem: drawBar,
      progressive: 0,
    }),
  )
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: view.title,
      subtext: view.subtitle,
      left: 16,
      top: 12,
      padding: 0,
      itemGap: 6,
      textStyle: { color: text, fontSize: 17, lineHeight: 20 },
      subtextStyle: { color: '#555555', fontSize: 12 },
    },
    legend: {
      left: 16,
      right: 16,
      top: view.legendTop,
      padding: 0,
      // ECharts takes text for narrower than some fonts make it.
      itemGap: 32,
      itemWidth: 14,
      itemHeight: 10,
      icon: 'rect',
      data: bars.map(({ name }) => name as string),
      formatter: (name) => view.legend[Number(name.slice(5))]?.text ?? '',
      textStyle: { color: text, fontSize: 12 },
    },
    grid: {
      left: view.left,
      right: view.right,
      top: view.top,
      height: view.height - view.top - view.bottom,
      outerBoundsMode: 'none',
    },
    xAxis: [
      { ...axis, position: 'bottom', splitLine: { show: true, lineStyle: { color: faint } } },
      { ...axis, position: 'top', show: view.isTall, splitLine: { show: false } },
    ],
    yAxis: { type: 'value', show: false, min: 0, max: 1 },
    series: [
      { type: 'custom', data: [[view.from, view.from, 0]], renderItem: drawFrame, silent: true, z: 1 },
      ...bars,
    ],
    ...(zoom
      ? {
          dataZoom: [
            {
              type: 'slider',
              xAxisIndex: [0, 1],
              top: view.top - (view.isTall ? 76 : 34),
              height: 18,
              filterMode: 'none',
              showDataShadow: false,
              brushSelect: false,
            },
            // The wheel alone turns the page.
            { type: 'inside', xAxisIndex: [0, 1], zoomOnMouseWheel: 'ctrl', filterMode: 'none' },
          ],
          tooltip: {
            confine: true,
            formatter: (params: unknown) => {
              const { value } = params as { value: number[] }
              const [head = '', ...rest] = (view.bars[value[3] as number]?.tip ?? []).map((line) =>
                line.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`),
              )
              return [`<b>${head}</b>`, ...rest].join('<br>')
            },
          },
        }
      : {}),
  }
}
