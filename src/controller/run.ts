import { randomBytes } from 'node:crypto'
import type { Schedule } from '../../scheduler/index.ts'
import type { WorkReport } from '../control/index.ts'
import { type Clock, FetchError, type FetchedObject, pause } from '../endpoint/index.ts'
import { Name } from '../packet/index.ts'
import { ControllerError, type ControllerErrorCode } from './errors.ts'
import type { PlanPart } from './plan.ts'
import type { Reconciler } from './reconcile.ts'
import type { KeptWorkflow, Revision, Store } from './store.ts'
import type { RunEvent, RunTask, RunView } from './views.ts'
import type { WatchedNode } from './watched-node.ts'

/** How often nodes are asked what they have done while a workflow runs, in milliseconds. */
const RUN_POLL_MS = 100

/** How often more they are asked when the result is there, until all tasks are known: nodes hear of them from their instances a little later. */
const LATE_POLLS = 5

/** How long the result of a workflow may take, in milliseconds. */
export const RUN_TIMEOUT_MS = 600_000

export interface RunOptions {
  readonly store: Store
  readonly reconciler: Reconciler
  readonly clock: Clock
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

interface Found {
  readonly workflow: KeptWorkflow
  readonly revision: Revision
  readonly part: PlanPart
}

/**
 * Applies a workflow to content, and sees from what the nodes say they have done when each task ran. Times of different nodes are compared as
 * they say them: those of one machine share a clock, others must keep theirs together.
 */
export async function runWorkflow(
  name: string,
  content: Name,
  options: RunOptions,
): Promise<{ readonly view: RunView; readonly result: Uint8Array }> {
  const found = findWorkflow(options.store, name)
  const { part, workflow, revision } = found
  const prefix = Name.parse(workflow.content)
  if (!prefix.isPrefixOf(content)) {
    const what = `workflow ${name} is applied to what is below ${prefix}`
    throw new ControllerError('bad-request', `${what}, and ${content} is not`)
  }
  const results = new Map(
    part.pieces.map((piece) => [Name.parse(piece.prefix).append(...content.components).key, piece]),
  )
  const last = part.pieces.find(({ task }) => task === workflow.result)
  if (last === undefined)
    throw new ControllerError('failed', `the plan of workflow ${name} has no task ${workflow.result}`)
  const resultName = Name.parse(last.prefix).append(...content.components)
  const id = `${name}-${randomBytes(4).toString('hex')}`
  options.onEvent?.({
    type: 'begun',
    run: id,
    tasks: part.pieces.map(({ task }) => task),
    result: resultName.toString(),
  })
  const begun = Date.now()
  const tasks = new Map<string, RunTask>()
  const stop = options.reconciler.onWork((work, node) => {
    const piece = results.get(Name.parse(work.result).slice(0, -1).key)
    const seen = piece && taskOf(piece.task, work, node, part, begun)
    // What ended before was done for somebody else.
    if (seen === undefined || seen.finish < 0 || tasks.has(seen.task)) return
    tasks.set(seen.task, seen)
    options.onEvent?.({ type: 'task', task: seen })
  })
  try {
    const isComplete = (): boolean => tasks.size === part.pieces.length
    const { object, seconds } = await fetchResult(resultName, content, isComplete, options)
    const ran = [...tasks.values()].sort((a, b) => a.start - b.start)
    const view: RunView = {
      id,
      workflow: name,
      content: content.toString(),
      result: object.name.toString(),
      ...(object.mediaType !== undefined && { mediaType: object.mediaType }),
      bytes: object.content.length,
      responseTime: seconds,
      plan: part,
      planName: `${revision.deployment}/${revision.scheduler}/${revision.revision}`,
      tasks: ran,
      actual: scheduleOf(ran, part, seconds),
    }
    options.onEvent?.({ type: 'done', run: view })
    return { view, result: object.content }
  } finally {
    stop()
  }
}

function findWorkflow(store: Store, name: string): Found {
  const all: string[] = []
  for (const standing of store.standings()) {
    const revision = store.revision(standing.name, standing.revision)
    if (revision === undefined || standing.state === 'removing') continue
    all.push(...revision.workflows.map((workflow) => workflow.name))
    const workflow = revision.workflows.find((one) => one.name === name)
    const part = revision.plan.parts.find((one) => one.name === name)
    if (workflow !== undefined && part !== undefined) return { workflow, revision, part }
  }
  const there = all.length === 0 ? 'none is deployed' : `there are ${all.join(', ')}`
  throw new ControllerError('not-found', `there is no workflow ${name}: ${there}`)
}

/** Fetches the result at a node, and meanwhile asks all what they have done. */
async function fetchResult(
  name: Name,
  content: Name,
  isComplete: () => boolean,
  { reconciler, store, clock, signal }: RunOptions,
): Promise<{ readonly object: FetchedObject; readonly seconds: number }> {
  const near = store.desired.contents
    .filter(({ prefix }) => Name.parse(prefix).isPrefixOf(content))
    .map(({ node }) => reconciler.nodes.get(node))
  const node = [...near, ...reconciler.nodes.values()].find((one) => one?.isReachable === true)
  if (node === undefined) throw new ControllerError('unreachable', 'no node can be reached: see `nodes`')
  const done = new AbortController()
  const ends = AbortSignal.any([reconciler.signal, done.signal, ...(signal ? [signal] : [])])
  const watching = watch(reconciler, clock, ends)
  try {
    const begun = clock.now()
    const object = await node.client.fetch(name, {
      timeout: RUN_TIMEOUT_MS,
      signal: AbortSignal.any([reconciler.signal, ...(signal ? [signal] : [])]),
    })
    const seconds = (clock.now() - begun) / 1000
    for (let polls = 0; polls < LATE_POLLS && !isComplete(); polls++) {
      await pause(clock, RUN_POLL_MS, ends)
      await pollAll(reconciler)
    }
    return { object, seconds }
  } catch (error) {
    signal?.throwIfAborted()
    throw explained(error as Error)
  } finally {
    done.abort()
    await watching
  }
}

async function watch(reconciler: Reconciler, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pollAll(reconciler)
    await pause(clock, RUN_POLL_MS, signal).catch(() => {})
  }
}

async function pollAll({ nodes }: Reconciler): Promise<void> {
  await Promise.all([...nodes.values()].filter(({ isReachable }) => isReachable).map((node) => node.poll()))
}

function explained(cause: Error): ControllerError {
  return new ControllerError(codeOf(cause), `the workflow came to no result: ${cause.message}`, { cause })
}

function codeOf(cause: Error): ControllerErrorCode {
  if (!(cause instanceof FetchError) || cause.code === 'timeout' || cause.code === 'congestion')
    return 'unreachable'
  return cause.code === 'no-route' || cause.failure?.code === 'no-route' ? 'not-found' : 'failed'
}

/** @param begun of the run, in milliseconds since the epoch */
function taskOf(task: string, work: WorkReport, node: WatchedNode, part: PlanPart, begun: number): RunTask {
  const start = work.received + work.fetch + work.wait - begun
  const cpu = node.report?.instances.find(({ id }) => id === work.instance)?.cpus[0]
  const number = cpu === undefined ? -1 : (node.facts?.cpu.cpus.indexOf(cpu) ?? -1)
  const planned = part.warm.tasks.find((one) => one.task === task)?.vcpu
  const isAsPlanned = planned?.startsWith(`${node.name}/`) === true
  return {
    task,
    function: work.function,
    instance: work.instance,
    node: node.name,
    vcpu: number < 0 && isAsPlanned ? (planned as string) : `${node.name}/${Math.max(0, number)}`,
    start: start / 1000,
    finish: (start + work.run) / 1000,
    inputBytes: work.inputs.reduce((sum, { bytes }) => sum + bytes, 0),
    bytes: work.bytes,
  }
}

function scheduleOf(tasks: readonly RunTask[], { warm }: PlanPart, makespan: number): Schedule {
  const { scheduler, policy } = warm
  return {
    scheduler,
    policy,
    release: 0,
    tasks: tasks.map(({ task, function: type, vcpu, start, finish }) => ({
      task,
      type,
      vcpu,
      start,
      finish,
    })),
    downloads: [],
    makespan,
  }
}
