import t from 'tap'
import { demandsFailed, imageOf, refusalOf, refusals } from '../../src/controller/placement-facts.ts'
import type { Demand } from '../../src/deployment/index.ts'
import { networkOf, node, version, wanted } from './network.ts'

t.test('a demand says what fails it', async (t) => {
  const label = { kind: 'label', text: 'node.labels.camera == true', key: 'camera', value: 'true' } as const
  const cases: [Demand, string | undefined][] = [
    [{ ...label, isEqual: true }, undefined],
    [
      { ...label, isEqual: false, text: 'camera != true' },
      'its label is camera=true, and camera != true is demanded',
    ],
    [
      { ...label, isEqual: true, key: 'gpu', text: 'gpu == true' },
      'it has no label gpu, and gpu == true is demanded',
    ],
    [{ ...label, isEqual: false, key: 'gpu' }, undefined],
    [
      { ...label, isEqual: true, key: 'toString' },
      'it has no label toString, and node.labels.camera == true is demanded',
    ],
    [
      { kind: 'architecture', text: 'arch == arm64', isEqual: true, value: 'arm64' },
      'its architecture is amd64, and arch == arm64 is demanded',
    ],
    [{ kind: 'architecture', text: 'arch != arm64', isEqual: false, value: 'arm64' }, undefined],
    [
      { kind: 'node', text: 'node == b', isEqual: true, value: 'b' },
      'its name is a, and node == b is demanded',
    ],
    [
      { kind: 'node', text: 'node != a', isEqual: false, value: 'a' },
      'its name is a, and node != a is demanded',
    ],
    [{ kind: 'memory', text: 'memory >= 4GiB', atLeast: 4 * 2 ** 30 }, undefined],
    [
      { kind: 'memory', text: 'memory >= 5GiB', atLeast: 5 * 2 ** 30 },
      'it has 4096 MiB of memory free, and memory >= 5GiB is demanded',
    ],
  ]
  for (const [demand, reason] of cases)
    t.equal(demandsFailed(demand, node('a', { labels: { camera: 'true' } })), reason, demand.text)
})

t.test('a node refuses what it cannot run', async (t) => {
  const resize = { deployed: wanted('resize'), facts: version('resize') }
  const refused = (facts: Parameters<typeof node>[1]) => refusalOf(resize, node('a', facts), [])
  t.equal(refused({}), undefined)
  t.match(refused({ availability: 'pause' }), /availability is pause/)
  t.match(refused({ speed: 0 }), /speed of its vCPUs is not known/)
  t.match(
    refused({ architecture: 'arm64' }),
    /architecture is arm64, and there is an image of resize 1.0.0 for amd64 only/,
  )
  const little = { total: 2 ** 30, free: 100 * 2 ** 20 }
  t.match(refused({ memory: little }), /has 100 MiB of memory free, and resize may need 256MiB/)
  const { name, version: number, digest } = resize.facts
  const there = {
    id: 'r-1',
    deployments: ['d'],
    function: name,
    version: number,
    digest,
    node: 'a',
    cpus: [],
  }
  t.equal(
    refusalOf(resize, node('a', { memory: little }), [{ ...there, generation: 0, role: 'serving' }]),
    undefined,
    'one that runs there has its memory',
  )
  t.match(
    refusalOf(resize, node('a', { memory: little }), [
      { ...there, digest: 'x', generation: 0, role: 'serving' },
    ]),
    /memory/,
  )
})

t.test('an image for arm is for its variants', async (t) => {
  t.equal(imageOf(version('f', { architectures: ['amd64', 'arm'] }), 'arm/v7')?.architecture, 'arm')
  t.equal(imageOf(version('f', { architectures: ['amd64'] }), 'arm/v7'), undefined)
})

t.test('each node has its reason', async (t) => {
  const gpu: Demand = { kind: 'label', text: 'gpu == true', key: 'gpu', value: 'true', isEqual: true }
  const resize = { deployed: wanted('resize', { demands: [gpu] }), facts: version('resize') }
  const nodes = [node('a'), node('b', { labels: { gpu: 'true' }, availability: 'drain' })]
  t.same(refusals(resize, networkOf(['a', 'b', 'c']), nodes, []), [
    'a: it has no label gpu, and gpu == true is demanded',
    'b: its availability is drain, and it takes no instances',
    'c: it cannot be reached, or is being drained',
  ])
  t.same(refusals(resize, networkOf(['a']), [node('a', { labels: { gpu: 'true' } })], []), [])
})
