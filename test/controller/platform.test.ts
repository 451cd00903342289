import t from 'tap'
import { Machine } from '../../scheduler/index.ts'
import { platformOf, takesLabel } from '../../src/controller/platform.ts'
import { networkOf, node, version, wanted } from './network.ts'

const functions = [{ deployed: wanted('resize'), facts: version('resize') }]

t.test('a host for each node, and one for the repository', async (t) => {
  const network = networkOf(['a', 'b', 'c'], 50)
  const nodes = [node('a', { blobs: ['sha256:base', 'sha256:else'] }), node('b', { availability: 'pause' })]
  const platform = platformOf({
    network,
    nodes,
    functions,
    instances: [],
    others: [],
    repositoryBandwidth: 80,
  })
  const machine = new Machine(platform)
  t.same(machine.vcpus, ['a/0', 'a/1'], 'vCPUs of those that take something')
  t.same(
    platform.hosts.map(({ name, bandwidth }) => [name, bandwidth]),
    [
      ['a', 50],
      ['b', 50],
      ['c', 50],
      ['repository', 80],
    ],
  )
  t.same(platform.hosts[0]?.layers, ['sha256:base'], 'layers of other functions say nothing')
  t.equal(platform.hosts[0]?.labels[takesLabel('resize')], 'true')
  t.equal(machine.secondsPerMb(3, 0), 1 / 50, 'from the repository the slower of both counts')
})

t.test('the repository has a name of its own', async (t) => {
  const network = networkOf(['repository'])
  const platform = platformOf({ network, nodes: [], functions, instances: [], others: [] })
  t.equal(platform.repository, 'sf-repository')
  t.equal(platform.hosts.length, 2)
})

t.test('a link is as the network says, else as the node says', async (t) => {
  const [described] = networkOf(['a']).nodes
  const rest = { name: 'a', control: '', address: '', ...(described && {}) }
  const network = {
    name: 'lab',
    registry: '',
    nodes: [{ ...rest, network: undefined as never, bandwidth: undefined as never }],
  }
  const nodes = [node('a', { network: 'edge', bandwidth: 7 })]
  const { hosts } = platformOf({ network, nodes, functions, instances: [], others: [] })
  t.match(hosts[0], { network: 'edge', bandwidth: 7 })
})

t.test('a core is shared with what others run on it', async (t) => {
  const facts = node('a', { vcpus: 4, speed: 1200 })
  const platform = platformOf({
    network: networkOf(['a']),
    nodes: [facts],
    functions,
    instances: [],
    others: [
      { node: 'a', cpus: [12] },
      { node: 'a', cpus: [12] },
      { node: 'b', cpus: [10] },
    ],
  })
  t.same(
    platform.hosts[0]?.sockets.map(({ speed, cores }) => [speed, cores]),
    [
      [1200, 2],
      [400, 1],
      [1200, 1],
    ],
  )
  t.same([...new Machine(platform).vcpuSpeed], [1200, 1200, 400, 1200])
})

t.test('vCPUs of one core share it; what is pinned to nothing is everywhere', async (t) => {
  const threads = node('a')
  const facts = {
    ...threads,
    cpu: { ...threads.cpu, sockets: [{ cores: 2, threads: 2 }], cpus: [0, 1, 2, 3], speed: 900 },
  }
  const speeds = (others: { node: string; cpus: number[] }[]) => {
    const network = networkOf(['a'])
    return [
      ...new Machine(platformOf({ network, nodes: [facts], functions, instances: [], others })).vcpuSpeed,
    ]
  }
  t.same(speeds([{ node: 'a', cpus: [3] }]), [900, 900, 600, 600])
  t.same(speeds(Array.from({ length: 4 }, () => ({ node: 'a', cpus: [] }))), [450, 450, 450, 450])
})

t.test('what is for another architecture need not be fetched', async (t) => {
  const both = [
    { deployed: wanted('resize'), facts: version('resize', { architectures: ['amd64', 'arm64'] }) },
  ]
  const nodes = [node('a', { blobs: ['sha256:base'] }), node('b', { architecture: 'arm64' })]
  const { hosts } = platformOf({
    network: networkOf(['a', 'b']),
    nodes,
    functions: both,
    instances: [],
    others: [],
  })
  t.same(hosts[0]?.layers, ['sha256:base', 'sha256:base-arm64', 'sha256:resize-1.0.0-arm64'])
  t.same(hosts[1]?.layers, ['sha256:base', 'sha256:resize-1.0.0'])
})
