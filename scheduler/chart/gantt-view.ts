import type { Schedule, Workflow } from '../model/index.ts'
import { inkOn } from './colours.ts'
import { Legend } from './gantt-legend.ts'
import type { Row } from './gantt-rows.ts'
import { tipOf } from './gantt-tip.ts'
import { cleanText, fitText, textWidth } from './text.ts'

/** One of the charts that stand above one another. */
export interface Part {
  /** What it shows; empty where it is the only one. */
  readonly heading: string
  readonly schedule: Schedule
  readonly rows: readonly Row[]
  /** What is told of each task last, by name. */
  readonly notes: ReadonlyMap<string, string>
}

/** All that is drawn, as plain data: positions in pixels, times in seconds. It goes into an HTML page as it is. */
export interface GanttView {
  readonly title: string
  readonly subtitle: string
  readonly width: number
  readonly height: number
  readonly isTall: boolean
  /** Where the rows begin and end. */
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Of the time axis. */
  readonly from: number
  readonly to: number
  readonly step: number
  readonly legend: readonly { readonly text: string; readonly colour: string }[]
  readonly legendTop: number
  /** Positions are measured from `top`. */
  readonly headings: readonly { readonly text: string; readonly top: number; readonly height: number }[]
  readonly hosts: readonly { readonly label: string; readonly top: number; readonly height: number }[]
  readonly rows: readonly RowView[]
  readonly labelSize: number
  readonly bars: readonly BarView[]
}

interface RowView {
  /** Empty where there is no room for it. */
  readonly label: string
  readonly top: number
  readonly height: number
}

interface BarView {
  /** Number of its kind in the legend. */
  readonly legend: number
  readonly start: number
  readonly finish: number
  readonly top: number
  readonly height: number
  readonly label: string
  readonly labelWidth: number
  readonly ink: string
  /** Lines. */
  readonly tip: readonly string[]
}

export const TITLE_SIZE = 17
export const TEXT_SIZE = 12
const MARGIN = 16
const AXIS = 44
/** From this height on there is a time axis above the rows too. */
const TALL = 600
/** Between two numbers of the time axis, at least. */
const TICK = 70
const HOST_WIDTH = 150
const LABEL_WIDTH = 130
const LEGEND_LINE = 22
const HEADING = 30
const MIN_WIDTH = 960
const MAX_WIDTH = 2400
/** So wide the picture gets for each task of the vCPU that has most. */
const WIDTH_PER_TASK = 60

/** Parts, one above the other, with one time axis. */
export function viewOf(
  workflow: Workflow,
  parts: readonly Part[],
  {
    title,
    subtitle,
    width,
    zoom,
  }: { title: string; subtitle: string; width: number | undefined; zoom: boolean },
): GanttView {
  const all = parts.flatMap(({ rows }) => rows)
  const used = new Set(parts.flatMap(({ schedule }) => schedule.tasks.map(({ type }) => type)))
  const types = workflow.types.map(({ name }) => name).filter((name) => used.has(name))
  const legend = new Legend(types, all)
  const labelSize = Math.min(11, Math.max(8, Math.min(...all.map(({ height }) => height)) - 3))
  const left = leftOf(all, labelSize)
  const busiest = Math.max(
    0,
    ...all.map(({ bars }) => bars.filter(({ kind }) => kind === 'execution').length),
  )
  const whole = width ?? Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, left + busiest * WIDTH_PER_TASK))
  const stack = new Stack(legend, labelSize)
  for (const part of parts) stack.add(part, whole - 2 * MARGIN)
  const { headings, hosts, rows, bars } = stack
  const legendTop = MARGIN + TITLE_SIZE + TEXT_SIZE + 16
  const isTall = stack.height > TALL
  const top =
    legendTop + legend.lines(whole - 2 * MARGIN) * LEGEND_LINE + (isTall ? AXIS : 4) + (zoom ? 36 : 0)
  const from = Math.min(...parts.map(({ schedule }) => schedule.release))
  const span = bars.reduce((longest, { finish }) => Math.max(longest, finish - from), 0)
  const step = stepFor(span, Math.floor((whole - left) / TICK))
  return {
    title: fitText(cleanText(title), TITLE_SIZE, whole - 2 * MARGIN),
    subtitle: fitText(cleanText(subtitle), TEXT_SIZE, whole - 2 * MARGIN),
    width: whole,
    height: top + stack.height + AXIS,
    isTall,
    left,
    right: MARGIN + 14,
    top,
    bottom: AXIS,
    from,
    to: from + Math.max(1, Math.ceil(span / step - 1e-9)) * step,
    step,
    legend: legend.entries,
    legendTop,
    headings,
    hosts,
    rows,
    labelSize,
    bars,
  }
}

/** What stands beside the rows has room to the left of it. */
function leftOf(rows: readonly Row[], labelSize: number): number {
  const hostWidth = Math.max(0, ...rows.map(({ host }) => textWidth(hostLabel(host), TEXT_SIZE)))
  const labelWidth = Math.max(0, ...rows.map(({ label }) => textWidth(rowLabel(label, labelSize), labelSize)))
  return Math.ceil(MARGIN + hostWidth + 14 + labelWidth + 8)
}

const hostLabel = (host: string): string => fitText(cleanText(host), TEXT_SIZE, HOST_WIDTH)

const rowLabel = (label: string, size: number): string => fitText(cleanText(label), size, LABEL_WIDTH)

/** All that is drawn, from the top down. */
class Stack {
  readonly headings: GanttView['headings'][number][] = []
  readonly hosts: { readonly label: string; readonly top: number; height: number }[] = []
  readonly rows: RowView[] = []
  readonly bars: BarView[] = []
  height = 0
  readonly #legend: Legend
  readonly #labelSize: number
  /** Where the lowest label of a row ends. */
  #labelEnd = 0

  constructor(legend: Legend, labelSize: number) {
    this.#legend = legend
    this.#labelSize = labelSize
  }

  add({ heading, rows, notes }: Part, width: number): void {
    if (heading !== '') {
      const text = fitText(cleanText(heading), TEXT_SIZE, width)
      this.headings.push({ text, top: this.height, height: HEADING })
      this.height += HEADING
    }
    let host: string | undefined
    for (const row of rows) {
      if (row.host !== host) this.hosts.push({ label: hostLabel(row.host), top: this.height, height: 0 })
      host = row.host
      ;(this.hosts.at(-1) as { height: number }).height += row.height
      this.#addRow(row, notes)
    }
  }

  #addRow({ label, height, bars }: Row, notes: ReadonlyMap<string, string>): void {
    const top = this.height
    const middle = top + height / 2
    const half = (this.#labelSize + 1) / 2
    // On the lowest rows not every label has room.
    const hasRoom = middle - half >= this.#labelEnd
    if (hasRoom) this.#labelEnd = middle + half
    this.rows.push({ label: hasRoom ? rowLabel(label, this.#labelSize) : '', top, height })
    for (const bar of bars) this.#addBar(bar, top, notes)
    this.height += height
  }

  #addBar(bar: Row['bars'][number], top: number, notes: ReadonlyMap<string, string>): void {
    const kind = this.#legend.numberOf(bar)
    const label = bar.kind === 'execution' || bar.kind === 'lost' ? cleanText(bar.of.task) : ''
    this.bars.push({
      legend: kind,
      start: bar.of.start,
      finish: bar.of.finish,
      top: top + bar.top,
      height: bar.height,
      label: bar.height >= this.#labelSize - 1 ? label : '',
      labelWidth: textWidth(label, this.#labelSize),
      ink: inkOn(this.#legend.entries[kind]?.colour as string),
      tip: tipOf(bar, notes).map(cleanText),
    })
  }
}

/** The least of 1, 2 and 5 times a power of ten that divides a span into so many parts at most; 1 for a span of 0. */
function stepFor(span: number, parts: number): number {
  if (span <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(span / parts))
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => span / step <= parts) as number
}
