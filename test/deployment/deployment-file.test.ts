import t from 'tap'
import { readDeployment } from '../../src/deployment/index.ts'
import { formatCall } from '../../src/packet/index.ts'
import { problemsOf } from '../files/problems.ts'

const wrong = (text: string): string[] => problemsOf(() => readDeployment(text, 'd.yaml'))

/** A workflow with these tasks, from line 5 on. */
const withTasks = (tasks: string, result = ''): string =>
  `name: d\nworkflows:\n  w:\n    tasks:\n${tasks.replace(/^/gm, '      ')}\n    content: /c\n${result}`

t.test('what is not said has its default', async (t) => {
  const { deployment } = readDeployment('name: d\nchains: [a:b(x=1)/camera]\nfunctions: { c: {} }', 'd.yaml')
  t.strictSame(
    deployment.functions.map(({ name }) => name),
    ['c', 'a', 'b'],
  )
  for (const { name, ...rest } of deployment.functions)
    t.strictSame(
      rest,
      { version: undefined, instances: undefined, idle: 60_000, queue: 4, demands: [] },
      name,
    )
  t.equal(deployment.chains[0]?.text, 'a:b(x=1)/camera')
  t.equal(deployment.chains[0]?.content.toString(), '/camera')
  t.strictSame(deployment.chains[0]?.functions.map(formatCall), ['a', 'b(x=1)'])
  const [content] = readDeployment('name: d\nfunctions: { c: {} }\ncontent: { /x: {} }', 'd.yaml').deployment
    .contents
  t.match(content, { node: undefined, mediaType: undefined, size: 1_000_000 })
})

t.test('what is said of functions and content', async (t) => {
  const { functions, contents } = readDeployment(
    `name: d
functions:
  constructor: { version: 1.0.0-rc.1, instances: 2, idle: 90, queue: 1 }
  edges:
    instances: { min: 0, max: 4 }
    idle: 1.5m
    demands: [node.labels.a/b.c==lobby 2, node.labels.camera != true, arch == arm/v7, memory>=256MiB, node.name != pi-3]
content:
  /camera/lobby/: { node: edge-1, type: image/jpeg, size: 3MB }
`,
    'd.yaml',
  ).deployment
  t.strictSame(functions, [
    {
      name: 'constructor',
      version: '1.0.0-rc.1',
      instances: { min: 2, max: 2 },
      idle: 90,
      queue: 1,
      demands: [],
    },
    {
      name: 'edges',
      version: undefined,
      instances: { min: 0, max: 4 },
      idle: 90_000,
      queue: 4,
      demands: [
        { text: 'node.labels.a/b.c==lobby 2', kind: 'label', key: 'a/b.c', isEqual: true, value: 'lobby 2' },
        { text: 'node.labels.camera != true', kind: 'label', key: 'camera', isEqual: false, value: 'true' },
        { text: 'arch == arm/v7', kind: 'architecture', isEqual: true, value: 'arm/v7' },
        { text: 'memory>=256MiB', kind: 'memory', atLeast: 2 ** 28 },
        { text: 'node.name != pi-3', kind: 'node', isEqual: false, value: 'pi-3' },
      ],
    },
  ])
  t.equal(contents[0]?.prefix.toString(), '/camera/lobby')
  t.match(contents[0], { node: 'edge-1', mediaType: 'image/jpeg', size: 3_000_000 })
})

t.test('tasks are in the order of their inputs, and each is carried out', async (t) => {
  const [workflow] = readDeployment(
    withTasks(
      `summary: { from: [mosaic, content, first] }
mosaic: { function: "mosaic(columns={each})", from: edges }
edges: { each: 2, function: "edges(n={n})", from: [tile, first] }
tile: { each: 2, function: "tile(index={i},of={each})", from: first }
first: { from: content }`,
    ).replace('{each})", from: edges', '2)", from: edges'),
    'd.yaml',
  ).deployment.workflows
  t.equal(workflow?.result, 'summary')
  t.equal(workflow?.content.toString(), '/c')
  t.strictSame(
    workflow?.tasks.map(({ name, call, inputs }) => [name, formatCall(call), ...inputs]),
    [
      ['first', 'first', undefined],
      ['tile-1', 'tile(index=0,of=2)', 'first'],
      ['tile-2', 'tile(index=1,of=2)', 'first'],
      ['edges-1', 'edges(n=1)', 'tile-1', 'first'],
      ['edges-2', 'edges(n=2)', 'tile-2', 'first'],
      ['mosaic', 'mosaic(columns=2)', 'edges-1', 'edges-2'],
      ['summary', 'summary', 'mosaic', undefined, 'first'],
    ],
  )
})

t.test('fields that are wrong in themselves are all told at once, each with its line', async (t) => {
  t.strictSame(
    wrong(`name: Photos
function: {}
functions:
  resize: { version: 1.0, instances: -1 }
  edges:
    instances: { min: 5, max: 4 }
    idle: 30 seconds
    queue: 0
    demnds: []
  Gzip: {}
  a: { instances: 0 }
  b: { instances: { mim: 1, max: 2000 } }
  c: { instances: two, idle: 8d }
chains: [7]
workflows:
  w:
    content: /camera
    tasks:
      t: { form: content }
      u: { from: [], each: 0 }
`),
    [
      '1: name: is no name: one has 1 to 63 of a-z, 0-9 and -',
      '2: function: there is no such field; did you mean functions?',
      "4: functions.resize.version: must be text, and is the number 1: write '1'",
      '4: functions.resize.instances: must be at least 1, and is -1',
      '6: functions.edges.instances.min: must be at most max, 4, and is 5',
      '7: functions.edges.idle: must be a duration such as 30s, and is "30 seconds"',
      '8: functions.edges.queue: must be at least 1, and is 0',
      '9: functions.edges.demnds: there is no such field; did you mean demands?',
      '10: functions.Gzip: is no name of a function: one has 1 to 64 of a-z, 0-9 and -',
      '11: functions.a.instances: must be at least 1, and is 0',
      '12: functions.b.instances.min: is missing',
      '12: functions.b.instances.max: must be at most 1024, and is 2000',
      '12: functions.b.instances.mim: there is no such field; did you mean min?',
      "13: functions.c.instances: must be a number or a mapping, and is the text 'two'",
      '13: functions.c.idle: must be from 1 to 604800000, and is 691200000',
      "14: chains.0: must be text, and is the number 7: write '7'",
      '19: workflows.w.tasks.t.from: is missing',
      '19: workflows.w.tasks.t.form: there is no such field; did you mean from?',
      '20: workflows.w.tasks.u.from: must name one at least',
      '20: workflows.w.tasks.u.each: must be at least 1, and is 0',
    ],
  )
  t.strictSame(
    wrong('name: d\nfunctions: { a: {} }\ncontent: { /c: { node: -e, type: image/*, size: -3 } }'),
    [
      '3: content./c.node: is no name of a node: one has 1 to 63 of a-z, 0-9 and -, and - not first',
      '3: content./c.type: must be one media type, such as image/jpeg',
      '3: content./c.size: must be a size such as 3MB, and is -3',
    ],
  )
})

t.test('chains, calls, names and demands are told with the position of the fault', async (t) => {
  t.strictSame(
    wrong(`name: d
functions:
  a:
    demands:
      - node.label.camera == true
      - memory == 1GB
      - memory >= much
      - arch >= arm64
      - arch == x86_64
      - node.labels.-x == y
      - node.name ==
chains:
  - resize(width)/camera
  - /camera
  - resize/camera
  - resize/camera/
  - Resize/camera
  - resize/workflow/w/t
workflows:
  w:
    content: resize/camera
    tasks:
      t: { function: f(x=1, from: content }
      u: { function: "f(x={i})", from: t }
      v: { each: 2, function: "f(x={k})", from: u }
content:
  camera: {}
  /c: {}
  /c/: {}
`),
    [
      "5: functions.a.demands.0: 'node.label.camera == true' is no demand: write node.labels.camera == true, arch == arm64, memory >= 256MiB, node.name != pi-3",
      "6: functions.a.demands.1: write it as in 'memory >= 256MiB'",
      "7: functions.a.demands.2: write it as in 'memory >= 256MiB'",
      "8: functions.a.demands.3: write it as in 'arch == arm64', or with !=",
      "9: functions.a.demands.4: 'x86_64' is no architecture: write it as OCI images do, amd64, arm64 or arm/v7",
      "10: functions.a.demands.5: '-x' cannot be a key: it takes letters, digits and . _ - / between them",
      "11: functions.a.demands.6: write it as in 'node.name != pi-3', or with !=",
      "13: chains.0: expected '=' after parameter 'width' at position 12",
      '14: chains.1: it has no function: write one before the name, such as resize/camera/lobby',
      '16: chains.3: the same as chains.2',
      "17: chains.4: 'Resize' is no name of a function: one has 1 to 64 of a-z, 0-9 and -",
      '18: chains.5: names below /workflow are those of workflows',
      '20: workflows.w: v is 2 tasks, and a result is of one: have a task take from them all',
      "21: workflows.w.content: must be the name of content, such as /camera/lobby, and is 'resize/camera'",
      "23: workflows.w.tasks.t.function: expected ',' or ')' at position 5",
      '24: workflows.w.tasks.u.function: {i} means nothing here: only {i}, {n} and {each} can stand there, in a task with each',
      '25: workflows.w.tasks.v.function: {k} means nothing here: only {i}, {n} and {each} can stand there, in a task with each',
      "27: content.camera: expected ':' and a function, or '/' and the content's name at position 6",
      '29: content./c/: the same name as /c',
    ],
  )
})

t.test('edges that lead to no task, twice or round', async (t) => {
  t.strictSame(
    wrong(
      withTasks(
        `a: { from: content }
b: { from: [a, nobody, a] }
c: { from: [b, e] }
d: { from: c }
e: { from: d }
f: { from: [f, tils, e] }
tile: { each: 2, from: a }
g: { from: [f, tile] }`,
      ),
    ),
    [
      '6: workflows.w.tasks.b.from.1: there is no task nobody',
      '6: workflows.w.tasks.b.from.2: there are two edges from a to b',
      '8: workflows.w.tasks.d.from: the edges lead round in a circle: c -> d -> e -> c',
      '10: workflows.w.tasks.f.from.1: there is no task tils; did you mean tile?',
      '10: workflows.w.tasks.f.from.0: task f comes after itself',
    ],
  )
})

t.test('tasks whose names or numbers do not go together', async (t) => {
  const long = 'l'.repeat(62)
  t.strictSame(
    wrong(
      withTasks(
        `content: { from: tile-2 }
tile: { each: 3, from: content }
tile-2: { from: content }
edges: { each: 4, from: tile }
${long}: { each: 2, from: content }
last: { from: [tile, edges, tile-2, content, ${long}] }`,
      ),
    ),
    [
      '5: workflows.w.tasks.content: this is what a workflow is applied to: call the task otherwise',
      '7: workflows.w.tasks.tile-2: there are two tasks with the name tile-2; the other is of tile',
      '8: workflows.w.tasks.edges.from: there are 4 of edges and 3 of tile: each takes from one, so there must be as many',
      `9: workflows.w.tasks.${long}: a name has at most 63 characters, and ${long}-2 has more`,
    ],
  )
})

t.test('the result', async (t) => {
  t.strictSame(wrong(withTasks('a: { from: content }\nb: { from: a }\nc: { from: a }')), [
    '3: workflows.w: say which is its result: no other task takes from any of b, c',
  ])
  const tasks = 'a: { from: content }\nb: { from: a }\nc: { from: a }\nd: { each: 2, from: a }'
  t.strictSame(wrong(withTasks(tasks, '    result: b')), [
    '7: workflows.w.tasks.c: nobody needs it: it does not lead to the result, b',
    '8: workflows.w.tasks.d: nobody needs it: it does not lead to the result, b',
  ])
  t.strictSame(wrong(withTasks('abc: { from: content }', '    result: abd')), [
    '7: workflows.w.result: there is no task abd; did you mean abc?',
  ])
  t.strictSame(wrong(withTasks('a: { each: 3, from: content }')), [
    '3: workflows.w: a is 3 tasks, and a result is of one: have a task take from them all',
  ])
  t.strictSame(wrong('name: d\nworkflows: { w: { content: /c, tasks: {} } }'), [
    '2: workflows.w.tasks: there is none',
  ])
})

t.test('a task that is wrong in itself is not called unknown or unneeded', async (t) => {
  t.strictSame(
    wrong(withTasks('a: { from: 3 }\nb: { from: a }\nc: { each: x, from: a, function: "f(i={i})" }')),
    [
      '5: workflows.w.tasks.a.from: must be text or a list, and is the number 3',
      "7: workflows.w.tasks.c.each: must be a number, and is the text 'x'",
    ],
  )
})

t.test('what is no deployment at all', async (t) => {
  t.strictSame(wrong(''), ['1: must be a mapping, and is empty'])
  t.strictSame(wrong('name: d\n'), ['1: it has nothing to deploy: give it functions, chains or workflows'])
  t.match(wrong('name: d\nchains: [a/b\nfunctions: {}'), [/^[23]: /])
  t.strictSame(wrong('name: d\nworkflows:\n  w: {}\n  w: {}\nfunctions:'), [
    '3: workflows.w.content: is missing',
    '3: workflows.w.tasks: is missing',
    '4: there are two with the name w; the other is in line 3',
    '5: functions: must be a mapping, and is empty',
  ])
})

t.test('bounds', async (t) => {
  const list = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n')
  const tasks = (count: number) =>
    withTasks(`t: { each: ${count}, from: content }\nu: { from: content }`, '    result: u')
  const cases: [text: string, problem: string][] = [
    [`name: d\n#${'x'.repeat(2 ** 20)}`, 'undefined: it has 1048585 octets, and at most 1048576 are read'],
    [
      `name: d\nfunctions:\n${list(1025, (i) => `  f${i}: {}`)}`,
      '1: it has 1025 functions, and at most 1024 are read',
    ],
    [
      `name: d\nchains:\n${list(1025, (i) => `  - f/${i}`)}`,
      '1: it has 1025 chains, and at most 1024 are read',
    ],
    [
      `name: d\nchains:\n${list(513, (i) => `  - f${i}:g${i}/c`)}`,
      '1: it has 1026 functions, and at most 1024 are read',
    ],
    [
      `name: d\nworkflows:\n${list(257, (i) => `  w${i}: { content: /c, tasks: { t: { from: content } } }`)}`,
      '1: it has 257 workflows, and at most 256 are read',
    ],
    [
      `name: d\ncontent:\n${list(1025, (i) => `  /c/${i}: {}`)}`,
      '1: it has 1025 contents, and at most 1024 are read',
    ],
    [tasks(4096), '1: it has 4097 tasks, and at most 4096 are read'],
    [
      withTasks(`t: { each: 1025, from: content }\nu: { from: t }`),
      '6: workflows.w.tasks.u.from: a task has at most 1024 inputs, and this would have 1025',
    ],
    [
      withTasks(
        `t: { each: 1024, from: content }\n${list(64, (i) => `u${i}: { from: t }`)}\nv: { from: [${Array.from({ length: 64 }, (_, i) => `u${i}`)}] }`,
      ),
      '1: it has 66624 inputs of tasks, and at most 65536 are read',
    ],
    [
      `name: d\nfunctions: { f: { demands: [${Array(65).fill('arch == arm64')}] } }`,
      '2: functions.f.demands: has more than 64 entries',
    ],
    [`name: d\nchains: [f/${'x'.repeat(2047)}]`, '2: chains.0: is longer than 2048 characters'],
  ]
  for (const [text, problem] of cases) t.strictSame(wrong(text), [problem])
  t.equal(
    readDeployment(`name: d\nchains:\n${list(1024, (i) => `  - f/${i}`)}`, 'd.yaml').deployment.chains.length,
    1024,
  )
})
