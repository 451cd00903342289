import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type Host, Problem } from '../../../scheduler/index.ts'
import { ImageStore } from '../../../scheduler/placement/image-store.ts'

const HOST: Host = {
  name: '',
  network: 'lab',
  bandwidth: 1,
  architecture: 'amd64',
  labels: {},
  sockets: [{ speed: 1, cores: 2, vcpusPerCore: 1, maximumUsage: 100 }],
  machines: [],
  images: [],
  layers: [],
}

/** Whole numbers all over: A, B and C share layers; a megabyte takes 2 s to `slow`, and 1 s to the two nodes of `fast`. */
const problem = new Problem(
  {
    name: 'shared',
    types: [
      ['A', ['p', 'q', 'r']],
      ['B', ['q', 's']],
      ['C', ['s', 'r', 'q', 'nothing']],
    ].map(([name, layers]) => ({
      name: name as string,
      layers: (layers as string[]).map((layer) => ({ name: layer, size: sizeOf(layer) })),
      architectures: undefined,
    })),
    tasks: [],
    edges: [],
  },
  {
    name: 'lab',
    networks: [{ name: 'lab', bandwidth: 1 }],
    hosts: [
      { ...HOST, name: 'store', sockets: [] },
      { ...HOST, name: 'slow', bandwidth: 0.5, layers: ['p'] },
      {
        ...HOST,
        name: 'fast',
        machines: [
          { name: 'a', vcpus: 1, images: ['B'], layers: [] },
          { name: 'b', vcpus: 1, images: [], layers: [] },
        ],
      },
    ],
    repository: 'store',
    fileServer: undefined,
  },
)

function sizeOf(layer: string): number {
  return { p: 3, q: 5, r: 2, s: 4 }[layer] ?? 0
}

interface Fetched {
  readonly type: string
  readonly start: number
  readonly finish: number
}

/** The rule as it is told: what is there is there, what is on its way is waited for, all else is fetched now. */
class NaiveStore {
  readonly fetched = new Map<string, Fetched>()
  readonly #known = new Map<string, number>()

  constructor(known: readonly { node: string; layer: string; finish: number }[]) {
    for (const { node, layer, finish } of known) {
      const key = `${node} ${layer}`
      this.#known.set(key, Math.min(finish, this.#known.get(key) ?? Number.POSITIVE_INFINITY))
    }
    for (const layer of ['p']) this.#known.set(`slow ${layer}`, Number.NEGATIVE_INFINITY)
    for (const layer of ['q', 's']) this.#known.set(`fast/a ${layer}`, Number.NEGATIVE_INFINITY)
  }

  /** @returns when all is there */
  fetch(type: string, node: string, request: number): number {
    let time = request
    for (const { name: layer, size } of problem.workflow.types.find(({ name }) => name === type)?.layers ??
      []) {
      const key = `${node} ${layer}`
      const duration = size * (node === 'slow' ? 2 : 1)
      const own = this.fetched.get(key)
      const there = Math.min(
        own?.finish ?? Number.POSITIVE_INFINITY,
        this.#known.get(key) ?? Number.POSITIVE_INFINITY,
      )
      if (there > time + duration) this.fetched.set(key, { type, start: time, finish: time + duration })
      time = Math.max(time, Math.min(there, time + duration))
    }
    return time
  }

  copy(): NaiveStore {
    const copy = new NaiveStore([])
    for (const [key, one] of this.fetched) copy.fetched.set(key, one)
    for (const [key, one] of this.#known) copy.#known.set(key, one)
    return copy
  }
}

const nodes = fc.constantFrom('slow', 'fast/a', 'fast/b')
const asked = fc.array(
  fc.record({
    type: fc.constantFrom('A', 'B', 'C'),
    node: nodes,
    request: fc.nat({ max: 30 }),
    fetch: fc.boolean(),
  }),
  { maxLength: 12 },
)
const known = fc.array(
  fc.record({ node: nodes, layer: fc.constantFrom('p', 'q', 'r', 'elsewhere'), finish: fc.nat({ max: 30 }) }),
  { maxLength: 3 },
)

function number(type: string): number {
  return problem.workflow.types.findIndex(({ name }) => name === type)
}

t.test('layers come as the rule says, whatever was asked for before', async (t) => {
  fc.assert(
    fc.property(asked, known, (requests, known) => {
      const store = new ImageStore(problem, known)
      const naive = new NaiveStore(known)
      for (const { type, node, request, fetch } of requests) {
        const [what, where] = [number(type), problem.machine.nodeNumber(node)]
        assert.equal(store.whenReady(what, where, request), naive.copy().fetch(type, node, request))
        if (!fetch) continue
        const before = new Map(naive.fetched)
        naive.fetch(type, node, request)
        store.fetch(what, where, request)
        assert.ok(store.has(what, where))
        for (const [key, { finish }] of before) {
          assert.ok(
            (naive.fetched.get(key)?.finish ?? Number.NaN) <= finish,
            'nothing comes later than it was to',
          )
        }
      }
      const told = store.downloads().map(({ node, layer, ...rest }) => [`${node} ${layer}`, rest] as const)
      assert.deepEqual(new Map(told), naive.fetched)
      assert.equal(told.length, naive.fetched.size)
    }),
    { numRuns: 300 },
  )
  t.pass()
})

t.test('a store that is cleared is as it was at first', async (t) => {
  fc.assert(
    fc.property(asked, asked, known, (first, second, known) => {
      const [fresh, used] = [new ImageStore(problem, known), new ImageStore(problem, known)]
      for (const { type, node, request } of first) {
        used.fetch(number(type), problem.machine.nodeNumber(node), request)
      }
      used.clear()
      assert.deepEqual(used.downloads(), [])
      for (const { type, node, request } of second) {
        for (const store of [fresh, used])
          store.fetch(number(type), problem.machine.nodeNumber(node), request)
      }
      assert.deepEqual(used.downloads(), fresh.downloads())
    }),
  )
  t.pass()
})
