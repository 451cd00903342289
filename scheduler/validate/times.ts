import { addTo, type Core, transferTime } from './facts.ts'
import type { Context } from './rows.ts'

/** Percent of a core. */
const USAGE_TOLERANCE = 1e-6

/** Each task after the data of its predecessors and its input. What finished before the release is sent at the release. */
export function checkData({ facts, rows, schedule, slack, report }: Context): void {
  const server = facts.hosts.get(facts.platform.fileServer ?? '')
  for (const { task, vcpu, start, fixed } of rows.values()) {
    const place = { task: task.name, vcpu: vcpu.name }
    for (const { from, data } of facts.incoming.get(task.name) ?? []) {
      const before = rows.get(from)
      if (before === undefined || (fixed && before.fixed)) continue
      const sent = fixed ? before.finish : Math.max(before.finish, schedule.release)
      const there = sent + transferTime(facts, data, before.vcpu.host, vcpu.host)
      if (start >= there - slack) continue
      const message = `task ${task.name} starts at ${start}, and the data of ${from} is on ${vcpu.host.name} at ${there}`
      report({ kind: 'precedence', ...place, by: there - start, message })
    }
    if (fixed || task.input === 0) continue
    if (server === undefined) {
      const message = `task ${task.name} takes input from the file server, and there is none`
      report({ kind: 'input', ...place, message })
      continue
    }
    const there = schedule.release + transferTime(facts, task.input, server, vcpu.host)
    if (start >= there - slack) continue
    const message = `task ${task.name} starts at ${start}, and its input is on ${vcpu.host.name} at ${there}`
    report({ kind: 'input', ...place, by: there - start, message })
  }
}

/** A stretch of time on a vCPU. */
interface Slot {
  readonly name: string
  readonly start: number
  readonly finish: number
  readonly vcpu: string
  readonly usage: number
  /** Whether the options say that it is so. Two of these may break a rule together: the scheduler could not help it. */
  readonly given: boolean
}

/** One task at a time on a vCPU, and no core used above its cap. */
export function checkRoom(context: Context): void {
  const { facts, rows, options } = context
  const byVcpu = new Map<string, Slot[]>()
  const byCore = new Map<Core, Slot[]>()
  const add = (core: Core, slot: Slot): void => {
    // What takes no time is in nothing's way.
    if (slot.finish <= slot.start) return
    addTo(byVcpu, slot.vcpu, slot)
    addTo(byCore, core, slot)
  }
  for (const { task, vcpu, start, finish, fixed } of rows.values()) {
    const name = `task ${task.name}`
    add(vcpu.core, { name, vcpu: vcpu.name, start, finish, usage: task.usage, given: fixed })
  }
  for (const { vcpu: place, start, finish, usage } of options.occupation?.tasks ?? []) {
    const vcpu = facts.vcpus.get(place)
    const name = 'a task of another workflow'
    if (vcpu !== undefined) add(vcpu.core, { name, vcpu: place, start, finish, usage, given: true })
  }
  for (const slots of byVcpu.values()) checkOverlap(context, slots)
  for (const [core, slots] of byCore) checkCap(context, core, slots)
}

function checkOverlap({ slack, report }: Context, slots: Slot[]): void {
  slots.sort((a, b) => a.start - b.start || a.finish - b.finish)
  // Those that end last of what came so far.
  let last: Slot | undefined
  let lastOwn: Slot | undefined
  for (const slot of slots) {
    const before = slot.given ? lastOwn : last
    if (before !== undefined) {
      const by = Math.min(before.finish, slot.finish) - slot.start
      if (by > slack) {
        const message = `${slot.name} starts on ${slot.vcpu} at ${slot.start}, and ${before.name} runs there until ${before.finish}`
        report({ kind: 'overlap', ...taskOf(slot.given ? before : slot), vcpu: slot.vcpu, by, message })
      }
    }
    if (last === undefined || slot.finish > last.finish) last = slot
    if (!slot.given && (lastOwn === undefined || slot.finish > lastOwn.finish)) lastOwn = slot
  }
}

function taskOf({ name, given }: Slot): { task?: string } {
  return given ? {} : { task: name.slice('task '.length) }
}

function checkCap({ slack, report }: Context, core: Core, slots: Slot[]): void {
  const ends = slots.toSorted((a, b) => a.finish - b.finish)
  slots.sort((a, b) => a.start - b.start)
  let sum = 0
  let own = 0
  let ended = 0
  /** Since when the cap is broken, by which start, and by how much at most. */
  let broken: { since: number; slot: Slot; excess: number } | undefined
  const settle = (time: number): void => {
    const excess = own > 0 ? (sum - core.limit) / core.vcpus : 0
    if (excess > USAGE_TOLERANCE) {
      if (broken !== undefined) broken.excess = Math.max(broken.excess, excess)
      return
    }
    if (broken !== undefined && time - broken.since > slack) {
      const used = core.limit / core.vcpus + broken.excess
      const message = `${core.name} is used to ${used} % from ${broken.since} to ${time}, and takes ${core.limit / core.vcpus} %`
      const { slot } = broken
      report({ kind: 'cap', ...taskOf(slot), vcpu: slot.vcpu, by: broken.excess, message })
    }
    broken = undefined
  }
  const endUntil = (time: number): void => {
    for (let slot = ends[ended]; slot !== undefined && slot.finish <= time; slot = ends[ended]) {
      sum -= slot.usage
      if (!slot.given) own--
      ended++
      settle(slot.finish)
    }
  }
  for (const slot of slots) {
    endUntil(slot.start)
    sum += slot.usage
    if (!slot.given) own++
    if (own > 0 && (sum - core.limit) / core.vcpus > USAGE_TOLERANCE)
      broken ??= { since: slot.start, slot, excess: 0 }
    settle(slot.start)
  }
  endUntil(Number.POSITIVE_INFINITY)
}
