import t from 'tap'
import { type LimitOptions, parseWorkflow } from '../../../scheduler/index.ts'
import { problemsOf } from '../../files/problems.ts'

const wrong = (text: string, options?: LimitOptions): string[] =>
  problemsOf(() => parseWorkflow(text, 'w.yaml', options))

t.test('what is not said has its default: a task is of the type of its name', async (t) => {
  const workflow = parseWorkflow('types: { a: { image: 3 } }\ntasks: { a: { work: 5 } }', 'dir/chain.yml')
  t.strictSame(workflow, {
    name: 'chain',
    types: [{ name: 'a', layers: [{ name: 'a', size: 3 }], architectures: undefined }],
    tasks: [
      {
        name: 'a',
        type: 'a',
        work: 5,
        times: undefined,
        usage: 50,
        input: 0,
        demands: { architecture: undefined, labels: {} },
      },
    ],
    edges: [],
  })
})

t.test('names keep the order of the file, edges that of the tasks that they lead to', async (t) => {
  const { tasks, edges, types } = parseWorkflow(
    `layers: { base: 9 }
types:
  9: { image: 0 }
  1: { layers: [base, { own: 4 }] }
tasks:
  20: { type: "1", work: 1, after: x }
  3: { type: "9", work: 1, after: { x: 1, 20: 4 } }
  x: { type: "9", times: { h: 2 } }
  0: { type: "9", work: 1, after: [x, '3'] }
`,
    'w.yaml',
  )
  t.strictSame(
    tasks.map(({ name }) => name),
    ['20', '3', 'x', '0'],
  )
  t.strictSame(
    edges.map(({ from, to, data }) => `${from}-${to}:${data}`),
    ['x-20:0', 'x-3:1', '20-3:4', 'x-0:0', '3-0:0'],
  )
  t.strictSame(
    types.map(({ layers }) => layers),
    [
      [],
      [
        { name: 'base', size: 9 },
        { name: 'own', size: 4 },
      ],
    ],
  )
})

t.test('all that is wrong is told at once, each with its line', async (t) => {
  t.strictSame(
    wrong(`
layers: { base: 100, d: 5, minus: -5 }
types:
  a: { image: 10 }
  b: { layers: [base, bsae, { own: 4 }, base, minus] }
  c: {}
  d: { image: 1, layers: [own: 5] }
tasks:
  first: { type: a, work: 1, usage: 101 }
  t2: { type: a, work: 1, after: [first, frist] }
  t3: { type: nothing, work: -3, after: t2, demand: {} }
  t4: { type: b, after: t4 }
  t5: { type: b, work: 1, after: { t6: -1 } }
  t6: { type: b, work: 1, after: [first, first] }
  t7: { type: b, work: .inf, after: 7 }
`),
    [
      '2: layers.minus: must be at least 0, and is -5',
      '5: types.b.layers.1: there is no layer bsae; did you mean base?',
      '5: types.b.layers.3: there are two layers with the name base',
      '6: types.c: it has no image: give its size in MB (image: 120; image: 0 for none) or its layers',
      '7: types.d.layers.0: layer own has 5 MB here and 4 MB elsewhere',
      '7: types.d: it has both image and layers, and one image only',
      '7: types.d.image: its image would be a layer with the name d, and there is one: give it as layers',
      '9: tasks.first.usage: must be at most 100, and is 101',
      '10: tasks.t2.after.1: there is no task frist; did you mean first?',
      '11: tasks.t3.work: must be at least 0, and is -3',
      '11: tasks.t3.demand: there is no such field; did you mean demands?',
      '11: tasks.t3.type: there is no type nothing',
      '12: tasks.t4: it has neither work, in million instructions, nor times by host',
      '12: tasks.t4.after: task t4 comes after itself',
      '13: tasks.t5.after.t6: must be at least 0, and is -1',
      '14: tasks.t6.after.1: there are two with the name first',
      '15: tasks.t7.work: must be a number, and is the number Infinity',
      '15: tasks.t7.after: must be text or a list or a mapping, and is the number 7',
    ],
  )
})

const head = 'types: { f: { image: 0 } }\ntasks:\n'

t.test('a circle names the tasks round it, in the direction of the edges', async (t) => {
  t.strictSame(
    wrong(`${head}  a: { type: f, work: 1, after: { c: 1 } }
  b: { type: f, work: 1, after: { a: 1 } }
  c: { type: f, work: 1, after: { b: 1, d: 1 } }
  d: { type: f, work: 1 }
  e: { type: f, work: 1, after: { b: 1, g: 1 } }
  g: { type: f, work: 1, after: { e: 1 } }
`),
    [
      '4: tasks.b.after.a: the edges lead round in a circle: a -> b -> c -> a',
      '8: tasks.g.after.e: the edges lead round in a circle: e -> g -> e',
    ],
  )
})

t.test('a circle of very many tasks is found, and told in part', async (t) => {
  const count = 5000
  const tasks = Array.from(
    { length: count },
    (_, task) => `  t${task}: { type: f, work: 1, after: t${(task + 1) % count} }\n`,
  )
  t.match(wrong(head + tasks.join('')), [/t0 -> t4999 -> t4998 .* -> … -> t0$/])
})

t.test('a workflow larger than the bounds is refused, and one just within is not', async (t) => {
  const text = `${head}  a: { type: f, work: 1 }\n  b: { type: f, work: 1, after: a }\n  c: { type: f, work: 1, after: [a, b] }\n`
  const size = text.length
  t.strictSame(wrong(text, { limits: { markupBytes: size, tasks: 3, edges: 3 } }), [])
  t.strictSame(wrong(text, { limits: { markupBytes: size - 1 } }), [
    `undefined: it has ${size} octets, and at most ${size - 1} are read`,
  ])
  t.strictSame(wrong(text, { limits: { tasks: 2 } }), ['1: it has 3 tasks, and at most 2 are read'])
  t.strictSame(wrong(text, { limits: { edges: 2 } }), ['1: it has 3 edges, and at most 2 are read'])
})
