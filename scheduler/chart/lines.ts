import type { CustomSeriesOption, EChartsOption, LineSeriesOption } from 'echarts'
import { LINE_STYLES } from './colours.ts'
import { renderSvg } from './render.ts'
import { cleanText, fitText, formatFigure, textWidth } from './text.ts'

export interface LinePoint {
  readonly x: number
  /** E.g. a median. */
  readonly y: number
  /** Ends of its interval. @defaultValue none */
  readonly low?: number | undefined
  readonly high?: number | undefined
}

export interface LineSeries {
  readonly name: string
  /** By ascending x. */
  readonly points: readonly LinePoint[]
}

export interface LineFigure {
  readonly title: string
  readonly subtitle?: string | undefined
  readonly xLabel: string
  readonly yLabel: string
  readonly series: readonly LineSeries[]
  /** Pixels. @defaultValue 820 */
  readonly width?: number | undefined
  /** Pixels. @defaultValue 460 */
  readonly height?: number | undefined
  /** Points that are not above 0 are then left out. @defaultValue false */
  readonly logX?: boolean | undefined
  /** As `logX`. An interval that reaches 0 ends at its point. @defaultValue false */
  readonly logY?: boolean | undefined
}

const INK = '#1a1a1a'
const FAINT = '#e3e3e3'
const MARGIN = 16
const SYMBOL = 8
/** So many series have bands; the intervals of more are bars, or nothing could be told from anything. */
const MAX_BANDS = 3
/** Interval bars at one x stand beside each other over so many pixels, no wider than a marker. */
const SPREAD = 6
const CAP = 2.5
/** So few x have a tick each. */
const MAX_OWN_TICKS = 8

/** Draws lines with their intervals, to SVG. The same figure gives the same bytes. */
export async function lineChart(figure: LineFigure): Promise<string> {
  const { width = 820, height = 460 } = figure
  return renderSvg(optionOf(figure, width), { width, height }, cleanText(figure.title))
}

function optionOf(figure: LineFigure, width: number): EChartsOption {
  const { logX = false, logY = false } = figure
  const series = figure.series.map(({ name, points }) => ({
    name: cleanText(name),
    points: points.filter(({ x, y }) => (!logX || x > 0) && (!logY || y > 0)),
  }))
  const xs = [...new Set(valuesOf(series, ({ x }) => [x]))].sort((a, b) => a - b)
  const legendWidth = Math.max(0, ...series.map(({ name }) => textWidth(name, 12))) + 44
  const head = MARGIN + 18 + (figure.subtitle === undefined ? 0 : 20) + 14
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: fitText(cleanText(figure.title), 16, width - 2 * MARGIN),
      subtext: cleanText(figure.subtitle ?? ''),
      left: MARGIN,
      top: MARGIN - 4,
      padding: 0,
      itemGap: 6,
      textStyle: { color: INK, fontSize: 16, lineHeight: 20 },
      subtextStyle: { color: '#555555', fontSize: 12 },
    },
    legend: {
      orient: 'vertical',
      left: width - legendWidth - MARGIN,
      top: head,
      padding: 0,
      itemGap: 9,
      itemWidth: 32,
      itemHeight: SYMBOL,
      data: series.map((_, number) => `line ${number}`),
      // ECharts takes no name twice.
      formatter: (name) => series[Number(name.slice(5))]?.name ?? '',
      textStyle: { color: INK, fontSize: 12 },
    },
    grid: {
      left: 76,
      right: legendWidth + 2 * MARGIN,
      top: head + 6,
      bottom: 54,
      outerBoundsMode: 'none',
    },
    xAxis: axisOf(
      cleanText(figure.xLabel),
      logX,
      30,
      xs,
      !logX && xs.length <= MAX_OWN_TICKS ? xs : undefined,
    ),
    yAxis: axisOf(cleanText(figure.yLabel), logY, 56, valuesOf(series, intervalOf(logY))),
    series: [
      ...series.map((line, number) => intervals(line, number, series.length, logY)),
      ...series.map(lineOf),
    ],
  }
}

function axisOf(name: string, log: boolean, nameGap: number, values: readonly number[], ticks?: number[]) {
  const own = ticks === undefined ? {} : { customValues: ticks }
  return {
    ...(log ? { type: 'log' as const, ...decades(values) } : { type: 'value' as const, scale: true }),
    name,
    nameLocation: 'middle' as const,
    nameGap,
    nameTextStyle: { color: INK, fontSize: 12 },
    axisLine: { show: true, onZero: false, lineStyle: { color: '#9a9a9a' } },
    axisTick: { show: true, lineStyle: { color: '#9a9a9a' }, ...own },
    axisLabel: { color: INK, fontSize: 11, hideOverlap: true, formatter: formatFigure, ...own },
    splitLine: { show: true, lineStyle: { color: FAINT }, ...own },
  }
}

/** Whole powers of ten around the values. */
function decades(values: readonly number[]): { min: number; max: number } {
  const positive = values.filter((value) => value > 0)
  if (positive.length === 0) return { min: 1, max: 10 }
  const low = Math.floor(Math.log10(Math.min(...positive)) + 1e-9)
  const high = Math.ceil(Math.log10(Math.max(...positive)) - 1e-9)
  return { min: 10 ** low, max: 10 ** Math.max(high, low + 1) }
}

function valuesOf(series: readonly LineSeries[], values: (point: LinePoint) => readonly number[]): number[] {
  return series.flatMap(({ points }) => points.flatMap(values))
}

function intervalOf(log: boolean): (point: LinePoint) => [low: number, y: number, high: number] {
  return ({ y, low = y, high = y }) => [log && low <= 0 ? y : low, y, high]
}

function lineOf({ points }: LineSeries, number: number): LineSeriesOption {
  const { colour, symbol, dash } = styleOf(number)
  return {
    type: 'line',
    name: `line ${number}`,
    color: colour,
    symbol,
    symbolSize: SYMBOL,
    showSymbol: true,
    showAllSymbol: true,
    lineStyle: { color: colour, width: 2, type: typeof dash === 'string' ? dash : [...dash] },
    itemStyle: { color: colour, borderColor: colour, borderWidth: symbol.startsWith('path') ? 2 : 1.5 },
    data: points.map(({ x, y }) => [x, y]),
    silent: true,
    z: 3,
  }
}

function styleOf(number: number): (typeof LINE_STYLES)[number] {
  return LINE_STYLES[number % LINE_STYLES.length] as (typeof LINE_STYLES)[number]
}

/** A band where few lines have one, else a bar for each point, a little beside those of the others. */
function intervals({ points }: LineSeries, number: number, count: number, log: boolean): CustomSeriesOption {
  const { colour } = styleOf(number)
  const known = points.filter(({ low, high }) => low !== undefined && high !== undefined)
  const rows = known.map((point) => {
    const [low, , high] = intervalOf(log)(point)
    return [point.x, low, high]
  })
  const isBand = count <= MAX_BANDS
  const shift = isBand ? 0 : (number / (count - 1) - 0.5) * SPREAD
  return {
    type: 'custom',
    // Also of a band, which is drawn once: the axes go by it.
    data: rows,
    encode: { x: 0, y: [1, 2] },
    silent: true,
    z: isBand ? 1 : 2,
    progressive: 0,
    renderItem: ({ dataIndex }, api) => {
      const end = (row: readonly number[], side: 1 | 2): number[] =>
        api.coord([row[0] as number, row[side] as number])
      if (isBand && dataIndex > 0) return
      if (isBand) {
        const shape = {
          points: [...rows.map((row) => end(row, 1)), ...rows.toReversed().map((row) => end(row, 2))],
        }
        return { type: 'polygon', shape, style: { fill: colour, opacity: 0.16 } }
      }
      const row = rows[dataIndex] as number[]
      const [x = 0, bottom = 0] = end(row, 1)
      const [, top = 0] = end(row, 2)
      const stroke = { stroke: colour, fill: 'none', lineWidth: 1, opacity: 0.7 }
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1: x + shift + x1, y1, x2: x + shift + x2, y2 },
        style: stroke,
      })
      return {
        type: 'group',
        children: [line(0, bottom, 0, top), line(-CAP, bottom, CAP, bottom), line(-CAP, top, CAP, top)],
      }
    },
  }
}
