import assert from 'node:assert/strict'
import t from 'tap'
import { Search } from '../../../scheduler/exact/search.ts'
import {
  check,
  type Host,
  heft,
  type Platform,
  Problem,
  type SfType,
  type Task,
  type Workflow,
} from '../../../scheduler/index.ts'
import { Placement } from '../../../scheduler/placement/index.ts'
import { instance, processors } from '../golden.ts'

// Each case is one in which a reason to leave something out does not hold, by one of its conditions only.

const HOST: Host = {
  name: '',
  network: 'lab',
  bandwidth: 1,
  architecture: 'amd64',
  labels: {},
  sockets: [],
  machines: [],
  images: [],
  layers: [],
}

/** vCPUs of one MIPS, each on a core of its own. */
function host(name: string, vcpus: number, rest: Partial<Host> = {}): Host {
  const sockets = [{ speed: 1, cores: vcpus, vcpusPerCore: 1, maximumUsage: 100 }]
  return { ...HOST, name, labels: { [name]: 'yes' }, sockets, ...rest }
}

function platform(hosts: readonly Host[]): Platform {
  return {
    name: 'by hand',
    networks: [{ name: 'lab', bandwidth: 9 }],
    hosts: [...hosts, { ...HOST, name: 'store', bandwidth: 9 }],
    repository: 'store',
    fileServer: undefined,
  }
}

function task(name: string, type: string, work: number, place?: string): Task {
  const labels: Record<string, string> = place === undefined ? {} : { [place]: 'yes' }
  return {
    name,
    type,
    work,
    times: undefined,
    usage: 50,
    input: 0,
    demands: { architecture: undefined, labels },
  }
}

function type(name: string, layers: Record<string, number>): SfType {
  const all = Object.entries(layers).map(([layer, size]) => ({ name: layer, size }))
  return { name, layers: all, architectures: undefined }
}

function workflow(types: SfType[], tasks: Task[], edges: [string, string, number][]): Workflow {
  return { name: 'by hand', types, tasks, edges: edges.map(([from, to, data]) => ({ from, to, data })) }
}

/** The optimum, which HEFT must miss: else the search would not have to find it. */
function optimum(workflow: Workflow, platform: Platform): number {
  const problem = new Problem(workflow, platform)
  const placement = new Placement(problem)
  heft.fill(placement, {})
  const search = new Search(problem, {}, placement)
  const first = search.result().makespan
  while (search.step());
  const { makespan, isOptimal, schedule } = search.result()
  check(workflow, platform, schedule)
  assert.ok(isOptimal)
  assert.ok(first > makespan)
  return makespan
}

t.test('a task may be kept back from a free host if its data would have far to go from there', async (t) => {
  // x 0–5 on P1, y 6–26 on P0; t after x on P1, 5–6, since u needs its data there: from P0 they take 30. t before x makes y late.
  // When t is placed, z has started at 3 on P2, and t could have been done with on P0 by then.
  const never = 1000
  const six = instance(
    [
      [never, 5, never],
      [20, never, never],
      [1, 1, never],
      [never, 1, never],
      [never, never, 3],
      [never, never, 3],
    ],
    [
      [0, 1, 1],
      [2, 3, 30],
      [4, 5, 0],
    ],
  )
  t.equal(optimum(six, processors(3)), 26)
})

t.test('a task may be kept back from a free host for the image that it asks for elsewhere', async (t) => {
  // t may run at once on h0, which has its image. On h1 it asks for the image at 0, and v has it when its data come at 12, not
  // only at 9 + 10. e starts at 1.
  const one = workflow(
    [type('F', { f: 10 }), type('G', {})],
    [
      task('c', 'G', 9, 'h0'),
      task('v', 'F', 20, 'h1'),
      task('t', 'F', 1),
      task('d', 'G', 1, 'h0'),
      task('e', 'G', 1, 'h0'),
    ],
    [
      ['c', 'v', 3],
      ['d', 'e', 0],
    ],
  )
  const two = platform([host('h0', 3, { images: ['F'] }), host('h1', 1)])
  t.equal(optimum(one, two), 32)
})

t.test('of tasks that differ in their names only, one that is bound to a node may come later', async (t) => {
  // Images come to n in 10 s, to m in 20. w runs 10–30 on n, since t1 or t2 asks for the image at 0, and k 30–54 after it. The
  // other of them runs 20–24 on m, where g follows 24–54; the first 30–34 on n; q 34–54 after both.
  const one = workflow(
    [type('F', { f: 20 }), type('G', {})],
    [
      task('t1', 'F', 4),
      task('t2', 'F', 4),
      task('c', 'G', 9, 'h0'),
      task('w', 'F', 20, 'n'),
      task('k', 'G', 24, 'h0'),
      task('b', 'G', 24, 'h0'),
      task('g', 'G', 30, 'm'),
      task('q', 'G', 20, 'h0'),
    ],
    [
      ['c', 'w', 0],
      ['w', 'k', 0],
      ['b', 'g', 0],
      ['t1', 'q', 0],
      ['t2', 'q', 0],
    ],
  )
  const edge = { edge: 'yes' }
  const twins = {
    ...one,
    tasks: one.tasks.map((own) =>
      own.name.startsWith('t') ? { ...own, demands: { architecture: undefined, labels: edge } } : own,
    ),
  }
  const three = platform([
    host('h0', 5),
    host('n', 1, { bandwidth: 2, labels: { n: 'yes', ...edge } }),
    host('m', 1, { bandwidth: 1, labels: { m: 'yes', ...edge } }),
  ])
  t.equal(optimum(twins, three), 54)
})

t.test('layers that two types share after a task may come beside each other', async (t) => {
  // After a, at 1: s needs x and y, 10 s each. If r is on the same host, it asks for y while x comes, and all run 11–21; else s
  // begins at 21. h1 has r's image.
  const one = workflow(
    [type('A', { x: 10, y: 10 }), type('B', { y: 10 }), type('G', {})],
    [task('a', 'G', 1, 'h0'), task('s', 'A', 10, 'h0'), task('r', 'B', 10)],
    [
      ['a', 's', 0],
      ['a', 'r', 0],
    ],
  )
  const two = platform([host('h1', 3, { images: ['B'] }), host('h0', 2)])
  t.equal(optimum(one, two), 21)
})
