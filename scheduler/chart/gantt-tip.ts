import type { Event } from './gantt-rows.ts'
import { formatFigure } from './text.ts'

/**
 * What is told of a bar, in lines.
 * @param notes the last line of each task, by name; none where it is empty
 */
export function tipOf(event: Event, notes: ReadonlyMap<string, string>): string[] {
  const { start, finish } = event.of
  const [from, to, span] = [start, finish, finish - start].map(formatFigure)
  const time = `${from} s to ${to} s: ${span} s`
  if (event.kind === 'execution') {
    const { task, type, vcpu } = event.of
    const note = notes.get(task) ?? ''
    return [`task ${task}`, `type ${type}, vCPU ${vcpu}`, time, ...(note === '' ? [] : [note])]
  }
  if (event.kind === 'lost') {
    const { task, vcpu, what, time: failed } = event.of
    const how = what === 'execution' ? 'broken off when its host failed' : 'its output was lost with its host'
    return [`lost: task ${task}`, `vCPU ${vcpu}`, time, `${how}, at ${formatFigure(failed)} s`]
  }
  if (event.kind === 'download') {
    const { layer, type, node } = event.of
    return [`download of layer ${layer}`, `for type ${type}, to ${node}`, time]
  }
  const { from: sender, to: taker, fromHost, toHost, data } = event.of
  const what = sender === undefined ? `input of task ${taker}` : `data of task ${sender} for task ${taker}`
  return [what, `${formatFigure(data)} MB from ${fromHost} to ${toHost}`, time]
}
