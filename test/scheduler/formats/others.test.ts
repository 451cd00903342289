import t from 'tap'
import {
  type ImportOptions,
  parseDot,
  parseStg,
  parseWfFormat,
  type Workflow,
} from '../../../scheduler/index.ts'
import { problemsOf } from '../../files/problems.ts'

const edgesOf = ({ edges }: Workflow): string[] => edges.map(({ from, to, data }) => `${from}-${to}:${data}`)

/** A trace in WfFormat: a makes x and y of i, b reads x. */
const trace = (changed: object = {}, run: object = {}) => ({
  name: 'trace',
  workflow: {
    specification: {
      tasks: [
        {
          name: 'a',
          id: 'a_1',
          children: ['b_ID02'],
          parents: [],
          inputFiles: ['i'],
          outputFiles: ['x', 'y'],
        },
        { name: 'b', id: 'b_ID02', children: [], parents: ['a_1'], inputFiles: ['x', 'j'], outputFiles: [] },
      ],
      files: [
        { id: 'i', sizeInBytes: 5_000_000 },
        { id: 'j', sizeInBytes: 1_000_000 },
        { id: 'x', sizeInBytes: 2_500_000 },
        { id: 'y', sizeInBytes: 9_000_000 },
      ],
      ...changed,
    },
    execution: {
      tasks: [
        { id: 'a_1', runtimeInSeconds: 2, avgCPU: 250, command: { program: 'split' } },
        { id: 'b_ID02', runtimeInSeconds: 0.5, avgCPU: 0.2, ...run },
      ],
    },
  },
})

const wf = (value: unknown, options?: ImportOptions): Workflow =>
  parseWfFormat(JSON.stringify(value, null, 1), 'trace.json', options)

t.test(
  'WfFormat: work is run time at the speed given, data what one task writes and the other reads',
  async (t) => {
    const workflow = wf(trace())
    t.strictSame(
      workflow.tasks.map(({ name, type, work, usage, input }) => [name, type, work, usage, input]),
      [
        ['a_1', 'split', 2000, 100, 5],
        ['b_ID02', 'b', 500, 1, 1],
      ],
    )
    t.strictSame(edgesOf(workflow), ['a_1-b_ID02:2.5'])
    t.strictSame(
      workflow.types.map(({ name, layers }) => [name, layers]),
      [
        ['split', [{ name: 'split', size: 100 }]],
        ['b', [{ name: 'b', size: 100 }]],
      ],
    )
    const other = wf(trace({}, { avgCPU: undefined }), { speed: 10, image: 0, input: false })
    t.strictSame(
      other.tasks.map(({ work, usage, input }) => [work, usage, input]),
      [
        [20, 100, 0],
        [5, 50, 0],
      ],
    )
    t.strictSame(other.types[0]?.layers, [])
  },
)

t.test('WfFormat: what is wrong has its line', async (t) => {
  const wrong = (value: unknown, options?: ImportOptions) => problemsOf(() => wf(value, options))
  const tasks = [
    { id: 'a_1', parents: ['b_ID02', 'ghost'], inputFiles: ['z'] },
    { id: 'b_ID02', parents: ['a_1'] },
    { id: 'b_ID02' },
    { id: 'c' },
  ]
  t.strictSame(wrong(trace({ tasks })), [
    '10: workflow.specification.tasks.0.parents.1: there is no task ghost',
    '13: workflow.specification.tasks.0.inputFiles.0: there is no file z',
    '19: workflow.specification.tasks.1.parents.0: the edges lead round in a circle: a_1 -> b_ID02 -> a_1',
    '23: workflow.specification.tasks.2.id: there are two with the name b_ID02',
    '25: workflow.specification.tasks.3: task c has no run time under workflow.execution.tasks',
  ])
  t.strictSame(wrong(trace({ files: [{ id: 'i', sizeInBytes: -1 }] }, { runtimeInSeconds: 'long' })), [
    '38: workflow.specification.files.0.sizeInBytes: must be at least 0, and is -1',
    "54: workflow.execution.tasks.1.runtimeInSeconds: must be a number, and is the text 'long'",
  ])
  t.strictSame(wrong({}), ['1: workflow: is missing'])
  t.strictSame(wrong(trace(), { limits: { tasks: 1 } }), ['1: it has 2 tasks, and at most 1 are read'])
  t.strictSame(wrong(trace(), { limits: { edges: 0 } }), ['1: it has 1 edges, and at most 0 are read'])
  t.match(wrong(trace(), { limits: { bytes: 100 } }), [
    /^undefined: it has \d+ octets, and at most 100 are read/,
  ])
})

t.test('JSON: a fault has its line', async (t) => {
  const wrong = (text: string) => problemsOf(() => parseWfFormat(text, 'x.json'))
  t.strictSame(wrong('{\n "a": [1, 2,\n ]\n}'), ['3: this is no JSON'])
  t.strictSame(wrong('{\n "a": 1\n}\n}'), ['4: this is no JSON'])
  t.strictSame(wrong('{\n "a":\n "b\n"}'), ['3: this is no JSON'])
  t.strictSame(wrong('{\n "a": 1,\n "b" 2}'), ['3: this is no JSON'])
  t.strictSame(wrong(''), ['1: this is no JSON'])
  t.match(wrong('['.repeat(100_000)), [/: its values stand too deep in one another$/])
})

const stg = `        4
        0        0        0
        1        3        1        0
        2        4        1        0
        3        2        2        1        2   # a remark
        4        1        1        3
        5        0        1        4
# Standard Task Graph Set Project
`

t.test('STG: tasks with their times, and the dummy tasks', async (t) => {
  const workflow = parseStg(stg, 'dir/rand0000.stg', { speed: 10 })
  t.equal(workflow.name, 'rand0000')
  t.strictSame(
    workflow.tasks.map(({ name, type, work }) => [name, type, work]),
    ['0', '1', '2', '3', '4', '5'].map((name, at) => [name, 'task', [0, 30, 40, 20, 10, 0][at]]),
  )
  t.strictSame(edgesOf(workflow), ['0-1:0', '0-2:0', '1-3:0', '2-3:0', '3-4:0', '4-5:0'])
  t.strictSame(workflow.types, [{ name: 'task', layers: [], architectures: undefined }])
})

t.test('STG: communication costs come on lines of their own, or beside each predecessor', async (t) => {
  const apart = '1\n0 0 0\n1 5 1\n 0 7\n2 0 2\n 0 1\n 1 2\n'
  const beside = '1\n0 0 0\n1 5 1 0 7\n2 0 2 0 1 1 2\n'
  for (const text of [apart, beside])
    t.strictSame(edgesOf(parseStg(text, 'c.stg', { bandwidth: 2 })), ['0-1:14', '0-2:2', '1-2:4'])
})

t.test('STG: what is wrong has its line', async (t) => {
  const wrong = (text: string, options?: ImportOptions) => problemsOf(() => parseStg(text, 'x.stg', options))
  t.strictSame(wrong('2\n0 0 0\n1 5 2 0\n1 5 1 7\n2 1 1 3\n3 1 1 2\n'), [
    '1: it should have 2 tasks and 2 dummy tasks, and has 5 in all',
    '3: task 1 should have 2 predecessors, and has 1',
    '4: there are two tasks with the number 1; the other is in line 3',
    '4: there is no task 7',
    '6: the edges lead round in a circle: 2 -> 3 -> 2',
  ])
  t.strictSame(wrong('1\n0 x 0\n1 -5 0\n'), ['2: x is no number', '3: -5 is negative'])
  t.strictSame(wrong('\n1 2 3\n'), ['2: the first line must be the number of tasks, and only that'])
  t.strictSame(wrong('1\n0 0\n'), [
    '1: it should have 1 tasks and 2 dummy tasks, and has 0 in all',
    '2: a task must have its number, its time and how many predecessors it has',
  ])
  t.strictSame(wrong(stg, { limits: { tasks: 4, edges: 6 } }), [])
  t.strictSame(wrong(stg, { limits: { tasks: 3 } }), ['1: it has 4 tasks, and at most 3 are read'])
  t.strictSame(wrong(stg, { limits: { edges: 5 } }), ['1: it has 6 edges, and at most 5 are read'])
})

t.test('GraphViz: chains, groups, subgraphs and defaults', async (t) => {
  const workflow = parseDot(
    `digraph small {
  rankdir = LR
  node [work=100, type=f]; edge [data=3]
  a -> b -> { c; d } [label="7 MB"]
  subgraph cluster_1 {
    node [work="50", usage=20]
    e [type=g, image=12, input=4]
    d -> e [weight=9, data=1.5]
  }
  h [size=7, shape=box]
  e -> h:port
  b [work=1]
}`,
    'x.dot',
  )
  t.equal(workflow.name, 'small')
  t.strictSame(
    workflow.tasks.map(({ name, type, work, usage, input }) => [name, type, work, usage, input]),
    [
      ['a', 'f', 100, 50, 0],
      ['b', 'f', 1, 50, 0],
      ['c', 'f', 100, 50, 0],
      ['d', 'f', 100, 50, 0],
      ['e', 'g', 50, 20, 4],
      ['h', 'f', 100, 50, 0],
    ],
  )
  t.strictSame(edgesOf(workflow), ['a-b:3', 'b-c:3', 'b-d:3', 'd-e:1.5', 'e-h:3'])
  t.strictSame(
    workflow.types.map(({ name, layers }) => [name, layers[0]?.size]),
    [
      ['f', 100],
      ['g', 12],
    ],
  )
})

t.test('GraphViz: data may stand in the label; without a type a task has no image', async (t) => {
  const workflow = parseDot(
    'strict digraph { node [weight=1]; a -> b [label="7 MB"] a -> b a -> c [label=then] }',
    'dir/x.gv',
  )
  t.equal(workflow.name, 'x')
  t.strictSame(
    edgesOf(workflow),
    ['a-b:0', 'a-c:0'],
    'of an edge that stands twice in a strict graph the last counts',
  )
  t.strictSame(edgesOf(parseDot('digraph { node [weight=1]; a -> b [label="7.5 MB"] }', 'x.gv')), ['a-b:7.5'])
  t.strictSame(workflow.types, [{ name: 'task', layers: [], architectures: undefined }])
})

t.test('GraphViz: what is wrong has its line', async (t) => {
  const wrong = (text: string, options?: ImportOptions) => problemsOf(() => parseDot(text, 'x.dot', options))
  t.strictSame(
    wrong(`digraph {
  a [work=-1]
  b [work=x, usage=0]
  c [work=1, type=f, image=3]
  d [work=1, type=f, image=4]
  a -> b [data=-2]
  b -> c -> b
  c -> d c -> d
  d -> e
}`),
    [
      '2: work must be at least 0, and is -1',
      '3: work must be a number, and is x',
      '3: usage must be more than 0 and at most 100, and is 0',
      '5: type f has an image of 4 MB here and of 3 MB elsewhere',
      '6: data must be at least 0, and is -2',
      '7: the edges lead round in a circle: b -> c -> b',
      '8: there are two edges from c to d',
      '9: task e has no work: write e [work=1000], in million instructions',
    ],
  )
  t.strictSame(wrong('graph {\n a -- b }'), [
    '1: the graph has no directions: write digraph, and -> between tasks',
  ])
  t.match(wrong('digraph {\n a ->\n}'), [/^3: Expected .* but "}" found\.$/])
  const text = 'digraph { node [work=1] a -> b }'
  t.strictSame(wrong(text, { limits: { tasks: 2, edges: 1, markupBytes: text.length } }), [])
  t.strictSame(wrong(text, { limits: { tasks: 1 } }), ['1: it has 2 tasks, and at most 1 are read'])
  t.strictSame(wrong(text, { limits: { edges: 0 } }), ['1: it has 1 edges, and at most 0 are read'])
  t.match(wrong(text, { limits: { markupBytes: 9 } }), [/^undefined: it has 32 octets/])
})
