import type { Schedule, ScheduledDownload, ScheduledTask } from '../model/index.ts'
import type { Plan } from './plan.ts'
import type { Play } from './play.ts'
import { DONE, type Run } from './progress.ts'
import type { Cargo } from './transport.ts'

/** A task that came to its end. */
export interface SimulatedTask extends ScheduledTask {
  /** How often it was begun: more than once after failures. */
  readonly attempts: number
}

/** Data that went from one host to another. */
export interface SimulatedTransfer {
  /** An edge's data, a task's input from the file server, a layer of an image. */
  readonly cargo: Cargo
  /** Hosts. */
  readonly from: string
  readonly to: string
  /** The task whose output it is; undefined for inputs and layers. */
  readonly producer: string | undefined
  /** The task that it is for; undefined for layers. */
  readonly consumer: string | undefined
  /** Undefined for data and inputs. */
  readonly layer: string | undefined
  /** Megabytes. */
  readonly size: number
  /** Seconds. If it was broken off, `finish` is when. */
  readonly start: number
  readonly finish: number
  /** Megabytes that arrived: less than `size` if it was broken off. */
  readonly sent: number
}

/** Work that a failed host took with it. */
export interface Loss {
  readonly task: string
  readonly vcpu: string
  /** An execution that was broken off, or the output of one that had finished. */
  readonly what: 'execution' | 'output'
  /** Of the execution, in seconds; `finish` is when it was broken off or came to its end. */
  readonly start: number
  readonly finish: number
  /** When the host failed. */
  readonly time: number
}

/** What happens when a schedule is carried out. Seconds and megabytes. */
export interface Simulation {
  /** What came of the schedule, in the form of one: for measures and charts. If it is not complete, tasks are missing. */
  readonly schedule: Schedule
  /** In the order of the workflow; the last attempt of each task that finished. */
  readonly tasks: readonly SimulatedTask[]
  /** That arrived, by start. */
  readonly downloads: readonly ScheduledDownload[]
  /** By start. What stays on one host is no transfer, and neither is what has no size. */
  readonly transfers: readonly SimulatedTransfer[]
  /** From the release until the last task has finished. */
  readonly makespan: number
  /** By time. */
  readonly lost: readonly Loss[]
  /** When what was left was scheduled anew. */
  readonly rescheduled: readonly number[]
  readonly isComplete: boolean
  /** Tasks that never finished, or whose output was lost and not made again; in the order of the workflow. */
  readonly unfinished: readonly string[]
  /** Why there are such tasks; undefined where there are none. */
  readonly reason: string | undefined
}

/** @param planned the schedule that was carried out */
export function resultOf(play: Play, planned: Schedule, plan: Plan): Simulation {
  const { workflow, machine } = play.problem
  const { state, run, attempts } = play.progress
  const tasks = workflow.tasks.flatMap(({ name, type }, task) => {
    if (state[task] !== DONE) return []
    const { vcpu, start, finish } = run[task] as Run
    const its = { task: name, type, vcpu: machine.vcpus[vcpu] as string, start, finish }
    return [{ ...its, attempts: attempts[task] as number }]
  })
  const unfinished = workflow.tasks.flatMap(({ name }, task) => (state[task] === DONE ? [] : [name]))
  const downloads = downloadsOf(play, plan)
  const { scheduler, policy, release } = planned
  const makespan = tasks.reduce((last, { finish }) => Math.max(last, finish), release) - release
  return {
    schedule: {
      scheduler,
      policy,
      release,
      tasks: tasks.map(({ attempts: _, ...scheduled }) => scheduled),
      downloads,
      makespan,
    },
    tasks,
    downloads,
    transfers: transfersOf(play),
    makespan,
    lost: lossesOf(play),
    rescheduled: play.rescheduled,
    isComplete: unfinished.length === 0,
    unfinished,
    reason: unfinished.length === 0 ? undefined : reasonOf(play),
  }
}

function reasonOf({ reason, problem, progress }: Play): string {
  if (reason !== undefined) return reason
  const failed = problem.machine.hosts.filter((_, host) => progress.isDead[host] === 1)
  if (failed.length > 0)
    return `failed, and nothing was scheduled anew: ${failed.map(({ name }) => name).join(', ')}`
  return 'the schedule starts a task before its predecessors, or on a node that cannot get its image'
}

function downloadsOf({ supply, problem }: Play, plan: Plan): ScheduledDownload[] {
  const { machine, layers, workflow } = problem
  return supply.downloads
    .map(({ place, type, start, finish }) => {
      const layer = place % layers.length
      return {
        node: machine.nodes[(place - layer) / layers.length] as string,
        layer: layers[layer] as string,
        // Of several that ask at one time the plan knows which comes first.
        type: plan.downloads.get(place)?.type ?? (workflow.types[type]?.name as string),
        start,
        finish,
      }
    })
    .sort((a, b) => a.start - b.start || a.finish - b.finish)
}

function transfersOf({ supply, problem, progress }: Play): SimulatedTransfer[] {
  const { machine, workflow, predecessors, layers } = problem
  const nameOf = (task: number): string => workflow.tasks[task]?.name as string
  return supply.transport.shipments.map(({ cargo, subject, from, to, size, start, finish, sent }) => ({
    cargo,
    from: machine.hosts[from]?.name as string,
    to: machine.hosts[to]?.name as string,
    producer: cargo === 'data' ? nameOf(predecessors.task[subject] as number) : undefined,
    consumer:
      cargo === 'layer' ? undefined : nameOf(cargo === 'input' ? subject : progress.consumer(subject)),
    layer: cargo === 'layer' ? layers[subject % layers.length] : undefined,
    size,
    start,
    finish,
    sent,
  }))
}

function lossesOf({ problem, progress }: Play): Loss[] {
  const { machine, workflow } = problem
  const lossOf = ({ task, vcpu, start, finish }: Run, what: Loss['what'], time: number): Loss => ({
    task: workflow.tasks[task]?.name as string,
    vcpu: machine.vcpus[vcpu] as string,
    what,
    start,
    finish,
    time,
  })
  return [
    ...progress.runs.filter(({ isLost }) => isLost).map((run) => lossOf(run, 'execution', run.finish)),
    ...progress.lostOutputs.map(({ run, time }) => lossOf(run, 'output', time)),
  ].sort((a, b) => a.time - b.time)
}
