import {
  type Algorithm,
  type Platform,
  type Schedule,
  schedule,
  type Workflow,
} from '../../scheduler/index.ts'

type Placement = Parameters<Algorithm['fill']>[0]

/**
 * The schedule of a workflow whose tasks have their vCPUs already: of those that could run, whichever can start first does, as instances
 * do that serve who comes first; of several, the one that a schedule has first.
 * @param before whose order, policy and name it takes
 * @param vcpus of each task, in the workflow's order; of several it gets the one where it finishes earliest
 * @throws ModelError, InfeasibleError
 */
export function replay(
  workflow: Workflow,
  platform: Platform,
  before: Schedule,
  vcpus: readonly (readonly string[])[],
): Schedule {
  const { scheduler: name, policy } = before
  const fill: Algorithm['fill'] = (placement) => fillInTurn(placement, before, vcpus)
  return schedule({ name, title: name, summary: '', fill }, workflow, platform, { policy })
}

function fillInTurn(placement: Placement, before: Schedule, vcpus: readonly (readonly string[])[]): void {
  const { predecessors, successors, order, machine } = placement.problem
  const choices = vcpus.map((own) => own.map((vcpu) => machine.vcpuNumber(vcpu)))
  const startOf = (task: number): number => before.tasks[task]?.start as number
  const byStart = order.toSorted((a, b) => startOf(a) - startOf(b))
  const rank = new Map(Array.from(byStart, (task, at) => [task, at]))
  const waits = Array.from(
    order,
    (_, task) => (predecessors.first[task + 1] as number) - (predecessors.first[task] as number),
  )
  let ready = [...order].filter((task) => waits[task] === 0)
  while (ready.length > 0) {
    const turns = ready.map((task) => {
      const vcpu = earliest(placement, task, choices[task] as number[])
      return { task, vcpu, start: placement.earliestStart(task, vcpu), rank: rank.get(task) as number }
    })
    const { task, vcpu } = turns.reduce((a, b) => ((a.start - b.start || a.rank - b.rank) <= 0 ? a : b))
    placement.place(task, vcpu)
    ready = ready.filter((other) => other !== task)
    for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
      const next = successors.task[i] as number
      waits[next] = (waits[next] as number) - 1
      if (waits[next] === 0) ready.push(next)
    }
  }
}

function earliest(placement: Placement, task: number, vcpus: readonly number[]): number {
  const finishes = vcpus.map((vcpu) => ({ vcpu, finish: placement.earliestFinish(task, vcpu) }))
  return finishes.reduce((a, b) => (b.finish < a.finish ? b : a)).vcpu
}
