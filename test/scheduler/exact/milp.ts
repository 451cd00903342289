import highsLoader from 'highs'
import { type Platform, Problem, type Workflow } from '../../../scheduler/index.ts'

// Its types are those of CommonJS, and what is imported is an ES module.
const highs = await (highsLoader as unknown as typeof highsLoader.default)()

/**
 * The shortest makespan by HiGHS, from the disjunctive model with big M: x says where a task runs, y which of two tasks goes first where both are
 * on one vCPU. There is no cap in it, and each image is of one task alone.
 */
export function milpOptimum(workflow: Workflow, platform: Platform): number {
  const { Status, ObjectiveValue } = highs.solve(modelOf(workflow, platform), {
    mip_rel_gap: 0,
    mip_abs_gap: 0,
  })
  if (Status !== 'Optimal') throw new Error(`HiGHS says ${Status}`)
  return ObjectiveValue
}

/** In CPLEX LP format. */
function modelOf(workflow: Workflow, platform: Platform): string {
  const problem = new Problem(workflow, platform)
  const { machine, taskCount, taskType, predecessors } = problem
  const vcpus = [...machine.vcpus.keys()]
  const hosts = [...new Set(machine.vcpuHost)]
  const tasks = [...Array(taskCount).keys()]
  const time = (task: number, vcpu: number) => problem.execution(task, vcpu)
  const download = (task: number, vcpu: number) => {
    const node = machine.vcpuNode[vcpu] as number
    const missing = problem.missing(taskType[task] as number, node)
    return missing === 0 ? 0 : missing * (problem.downloadSecondsPerMb[node] as number)
  }
  const sum = (terms: readonly (readonly [number, string])[]) =>
    terms.map(([factor, name]) => `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${name}`).join(' ')
  const executed = (task: number, sign: 1 | -1) =>
    vcpus.map((vcpu) => [sign * time(task, vcpu), `x_${task}_${vcpu}`] as const)
  const onHost = (task: number, host: number, factor: number) =>
    vcpus
      .filter((vcpu) => machine.vcpuHost[vcpu] === host)
      .map((vcpu) => [factor, `x_${task}_${vcpu}`] as const)
  const edges = tasks.flatMap((task) =>
    [...predecessors.task.subarray(predecessors.first[task], predecessors.first[task + 1])].map(
      (before, i) => ({
        before,
        task,
        data: predecessors.data[(predecessors.first[task] as number) + i] as number,
      }),
    ),
  )
  const slowest = tasks.map((task) =>
    Math.max(...vcpus.map((vcpu) => time(task, vcpu) + download(task, vcpu))),
  )
  const way = Math.max(0, ...hosts.flatMap((from) => hosts.map((to) => machine.secondsPerMb(from, to))))
  // One after another is a schedule.
  const m = slowest.reduce((all, own) => all + own, 0) + edges.reduce((all, { data }) => all + data * way, 0)
  const rows: string[] = []
  for (const task of tasks) {
    rows.push(`${sum(vcpus.map((vcpu) => [1, `x_${task}_${vcpu}`]))} = 1`)
    rows.push(`C - s_${task} ${sum(executed(task, -1))} >= 0`)
    rows.push(`s_${task} ${sum(vcpus.map((vcpu) => [-download(task, vcpu), `x_${task}_${vcpu}`]))} >= 0`)
  }
  for (const { before, task, data } of edges) {
    const gap = `s_${task} - s_${before} ${sum(executed(before, -1))}`
    // The image is asked for when the last predecessor has finished.
    rows.push(`${gap} ${sum(vcpus.map((vcpu) => [-download(task, vcpu), `x_${task}_${vcpu}`]))} >= 0`)
    for (const from of hosts) {
      for (const to of hosts) {
        const wait = data * machine.secondsPerMb(from, to)
        if (wait === 0) continue
        rows.push(`${gap} ${sum([...onHost(before, from, -wait), ...onHost(task, to, -wait)])} >= ${-wait}`)
      }
    }
  }
  for (const a of tasks) {
    for (const b of tasks) {
      if (a >= b) continue
      for (const vcpu of vcpus) {
        const both = sum([
          [-m, `x_${a}_${vcpu}`],
          [-m, `x_${b}_${vcpu}`],
        ])
        rows.push(`s_${b} - s_${a} - ${m} y_${a}_${b} ${both} >= ${time(a, vcpu) - 3 * m}`)
        rows.push(`s_${a} - s_${b} + ${m} y_${a}_${b} ${both} >= ${time(b, vcpu) - 2 * m}`)
      }
    }
  }
  const binaries = tasks.flatMap((a) => [
    ...vcpus.map((vcpu) => `x_${a}_${vcpu}`),
    ...tasks.filter((b) => a < b).map((b) => `y_${a}_${b}`),
  ])
  const numbered = rows.map((row, number) => ` r${number}: ${row}`)
  return ['Minimize', ' C', 'Subject To', ...numbered, 'Binary', ` ${binaries.join(' ')}`, 'End'].join('\n')
}
