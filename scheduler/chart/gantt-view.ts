import type { Schedule, Workflow } from '../model/index.ts'
import { DOWNLOAD_COLOUR, executionColours, inkOn, MAX_SHADES, TRANSFER_COLOUR } from './colours.ts'
import type { Event, Row } from './gantt-rows.ts'
import { cleanText, fitText, formatFigure, textWidth } from './text.ts'

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
const LEGEND_SWATCH = 51
const LEGEND_TEXT_WIDTH = 180
const MIN_WIDTH = 960
const MAX_WIDTH = 2400
/** So wide the picture gets for each task of the vCPU that has most. */
const WIDTH_PER_TASK = 60

/** @param waits what each task waits for, in words; by name */
export function viewOf(
  workflow: Workflow,
  schedule: Schedule,
  rows: readonly Row[],
  waits: ReadonlyMap<string, string>,
  { title, width, zoom }: { title: string; width: number | undefined; zoom: boolean },
): GanttView {
  const types = workflow.types.filter(({ name }) => schedule.tasks.some(({ type }) => type === name))
  const legend = new Legend(
    types.map(({ name }) => name),
    rows,
  )
  const hosts = hostsOf(rows)
  const labelSize = Math.min(11, Math.max(8, Math.min(...rows.map(({ height }) => height)) - 3))
  const hostWidth = Math.max(0, ...hosts.map(({ label }) => textWidth(label, TEXT_SIZE)))
  const labels = rows.map(({ label }) => fitText(cleanText(label), labelSize, LABEL_WIDTH))
  const labelWidth = Math.max(0, ...labels.map((label) => textWidth(label, labelSize)))
  const left = Math.ceil(MARGIN + hostWidth + 14 + labelWidth + 8)
  const busiest = Math.max(
    0,
    ...rows.map(({ bars }) => bars.filter(({ kind }) => kind === 'execution').length),
  )
  const whole = width ?? Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, left + busiest * WIDTH_PER_TASK))
  const legendTop = MARGIN + TITLE_SIZE + TEXT_SIZE + 16
  const isTall = rows.reduce((sum, { height }) => sum + height, 0) > TALL
  const top =
    legendTop + legend.lines(whole - 2 * MARGIN) * LEGEND_LINE + (isTall ? AXIS : 4) + (zoom ? 36 : 0)
  const bars: BarView[] = []
  const rowViews: RowView[] = []
  let at = 0
  let labelEnd = 0
  for (const [index, { height, bars: own }] of rows.entries()) {
    const middle = at + height / 2
    // On the lowest rows not every label has room.
    const hasRoom = middle - (labelSize + 1) / 2 >= labelEnd
    if (hasRoom) labelEnd = middle + (labelSize + 1) / 2
    rowViews.push({ label: hasRoom ? (labels[index] as string) : '', top: at, height })
    for (const bar of own) {
      const kind = legend.numberOf(bar)
      const label = bar.kind === 'execution' ? cleanText(bar.of.task) : ''
      bars.push({
        legend: kind,
        start: bar.of.start,
        finish: bar.of.finish,
        top: at + bar.top,
        height: bar.height,
        label: bar.height >= labelSize - 1 ? label : '',
        labelWidth: textWidth(label, labelSize),
        ink: inkOn(legend.entries[kind]?.colour as string),
        tip: tipOf(bar, waits).map(cleanText),
      })
    }
    at += height
  }
  const from = schedule.release
  const span = bars.reduce((longest, { finish }) => Math.max(longest, finish - from), 0)
  const step = stepFor(span, Math.floor((whole - left) / TICK))
  return {
    title: fitText(cleanText(title), TITLE_SIZE, whole - 2 * MARGIN),
    subtitle: subtitleOf(schedule, rows),
    width: whole,
    height: top + at + AXIS,
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
    hosts,
    rows: rowViews,
    labelSize,
    bars,
  }
}

/** Downloads and transfers, then the types; those that there are. */
class Legend {
  readonly entries: { readonly text: string; readonly colour: string }[] = []
  readonly #numbers = new Map<string, number>()

  constructor(types: readonly string[], rows: readonly Row[]) {
    const kinds = new Set(rows.flatMap(({ bars }) => bars.map(({ kind }) => kind)))
    if (kinds.has('download')) this.#add('download', 'download of an image', DOWNLOAD_COLOUR)
    if (kinds.has('transfer')) this.#add('transfer', 'transfer of data', TRANSFER_COLOUR)
    const colours = executionColours(types.length)
    if (types.length > MAX_SHADES) {
      this.#add('execution', 'execution of a task', colours[0] as string)
      for (const type of types) this.#numbers.set(`of ${type}`, this.entries.length - 1)
      return
    }
    for (const [index, type] of types.entries()) {
      const name = fitText(cleanText(type), TEXT_SIZE, LEGEND_TEXT_WIDTH)
      this.#add(`of ${type}`, index === 0 ? `execution of ${name}` : name, colours[index] as string)
    }
  }

  numberOf(event: Event): number {
    return this.#numbers.get(event.kind === 'execution' ? `of ${event.of.type}` : event.kind) as number
  }

  /** Lines that it takes. */
  lines(width: number): number {
    let lines = 1
    let at = 0
    for (const { text } of this.entries) {
      const own = LEGEND_SWATCH + textWidth(text, TEXT_SIZE)
      if (at > 0 && at + own > width) {
        lines++
        at = 0
      }
      at += own
    }
    return lines
  }

  #add(key: string, text: string, colour: string): void {
    this.#numbers.set(key, this.entries.length)
    this.entries.push({ text, colour })
  }
}

function hostsOf(rows: readonly Row[]): GanttView['hosts'] {
  const hosts: { name: string; label: string; top: number; height: number }[] = []
  let top = 0
  for (const { host, height } of rows) {
    const last = hosts.at(-1)
    if (last?.name === host) last.height += height
    else hosts.push({ name: host, label: fitText(cleanText(host), TEXT_SIZE, HOST_WIDTH), top, height })
    top += height
  }
  return hosts.map(({ name, ...rest }) => rest)
}

function tipOf(event: Event, waits: ReadonlyMap<string, string>): string[] {
  const { start, finish } = event.of
  const [from, to, span] = [start, finish, finish - start].map(formatFigure)
  const time = `${from} s to ${to} s: ${span} s`
  if (event.kind === 'execution') {
    const { task, type, vcpu } = event.of
    const wait = waits.get(task) ?? ''
    return [`task ${task}`, `type ${type}, vCPU ${vcpu}`, time, ...(wait === '' ? [] : [`waits for ${wait}`])]
  }
  if (event.kind === 'download') {
    const { layer, type, node } = event.of
    return [`download of layer ${layer}`, `for type ${type}, to ${node}`, time]
  }
  const { from: sender, to: taker, fromHost, toHost, data } = event.of
  const what = sender === undefined ? `input of task ${taker}` : `data of task ${sender} for task ${taker}`
  return [what, `${formatFigure(data)} MB from ${fromHost} to ${toHost}`, time]
}

function subtitleOf({ tasks, downloads, makespan, policy }: Schedule, rows: readonly Row[]): string {
  const vcpus = new Set(tasks.map(({ vcpu }) => vcpu)).size
  const hosts = new Set(
    rows.filter(({ bars }) => bars.some(({ kind }) => kind === 'execution')).map(({ host }) => host),
  ).size
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`
  return [
    `${count(tasks.length, 'task')} on ${count(vcpus, 'vCPU')} of ${count(hosts, 'host')}`,
    `response time ${formatFigure(makespan)} s`,
    ...(downloads.length > 0 ? [`images fetched ${policy === 'ahead' ? 'ahead' : 'on demand'}`] : []),
  ].join(', ')
}

/** The least of 1, 2 and 5 times a power of ten that divides a span into so many parts at most; 1 for a span of 0. */
function stepFor(span: number, parts: number): number {
  if (span <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(span / parts))
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => span / step <= parts) as number
}
