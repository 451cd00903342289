import t from 'tap'
import { parseCpuList } from '../../src/engine/index.ts'
import { readCgroup } from '../../src/facts/cgroup.ts'
import { type FactOverrides, type MachineSource, readMachine, thisMachine } from '../../src/facts/index.ts'
import { withVcpus } from '../../src/facts/processors.ts'
import {
  ARM_BOARD,
  reader,
  type SystemFiles,
  V1_CONTAINER,
  V2_MOUNT,
  V2_SLICE,
  XEON,
  XEON_TOPOLOGY,
} from './recorded.ts'

const KIB = 1024

function look(
  files: readonly SystemFiles[],
  overrides?: FactOverrides,
  arch: Partial<MachineSource['program']> = {},
) {
  const source: MachineSource = {
    read: reader(...files),
    program: { arch: 'x64', platform: 'linux', ...arch },
    portable: { processors: { count: 3, model: 'some CPU' }, memory: { total: 1000, free: 500 } },
  }
  return readMachine(source, overrides)
}

t.test('sockets, cores and vCPUs of an amd64 server are told in the order of its cores', async (t) => {
  const whole = {
    model: 'Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz',
    sockets: [
      { cores: 2, threads: 2 },
      { cores: 2, threads: 2 },
    ],
    cpus: [0, 4, 1, 5, 2, 6, 3, 7],
  }
  const facts = look([XEON, XEON_TOPOLOGY])
  t.match(facts, { os: 'linux', architecture: 'amd64' })
  t.same(facts.processors, whole)
  t.same(facts.memory, { total: 16_384_000 * KIB, free: 8_192_000 * KIB })
  t.same(look([XEON]).processors, whole, 'cpuinfo alone says the same')
})

t.test('cores of an arm64 board are not taken for one where clusters number them alike', async (t) => {
  const { architecture, processors } = look([ARM_BOARD], {}, { arch: 'arm64' })
  t.equal(architecture, 'arm64')
  t.same(processors, {
    model: 'CPU implementer 0x41, part 0xd08',
    sockets: [{ cores: 4, threads: 1 }],
    cpus: [0, 1, 2, 3],
  })
})

t.test('what the affinity or a cpuset leaves out does not count', async (t) => {
  const affinity = { '/proc/self/status': 'Cpus_allowed_list:\t0-1,4\n' }
  t.same(look([XEON, XEON_TOPOLOGY, affinity]).processors, {
    model: 'Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz',
    sockets: [
      { cores: 1, threads: 2 },
      { cores: 1, threads: 1 },
    ],
    cpus: [0, 4, 1],
  })
  const v2 = { '/sys/fs/cgroup/cpuset.cpus.effective': '2-3,6\n' }
  t.same(look([XEON, XEON_TOPOLOGY, V2_MOUNT, v2]).processors.cpus, [2, 6, 3])
  const v1 = { '/sys/fs/cgroup/cpuset/cpuset.cpus': '5\n' }
  t.same(look([XEON, XEON_TOPOLOGY, V1_CONTAINER, v1]).processors.cpus, [5])
})

t.test('a quota is worth as many vCPUs as it comes to, and at least one', async (t) => {
  const quota = (text: string) => ({ '/sys/fs/cgroup/cpu.max': text })
  const count = (text: string): number =>
    look([XEON, XEON_TOPOLOGY, V2_MOUNT, quota(text)]).processors.cpus.length
  t.equal(count('max 100000\n'), 8)
  t.equal(count('350000 100000\n'), 3)
  t.equal(count('20000 100000\n'), 1)
  const v1 = (quotaUs: string) => ({
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': quotaUs,
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
  })
  t.equal(look([ARM_BOARD, V1_CONTAINER, v1('200000\n')]).processors.cpus.length, 2)
  t.equal(look([ARM_BOARD, V1_CONTAINER, v1('-1\n')]).processors.cpus.length, 4)
})

t.test('the tightest of a group and those above it counts', async (t) => {
  const slice = '/sys/fs/cgroup/system.slice'
  const files = {
    [`${slice}/cpu.max`]: '200000 100000\n',
    [`${slice}/ndn-sfc.service/cpu.max`]: 'max 100000\n',
    [`${slice}/memory.max`]: '4000000000\n',
    [`${slice}/memory.current`]: '3500000000\n',
    [`${slice}/memory.stat`]: 'anon 100\nfile 900\ninactive_file 500000000\n',
    [`${slice}/ndn-sfc.service/memory.max`]: '2000000000\n',
    [`${slice}/ndn-sfc.service/memory.current`]: '100000000\n',
  }
  const { processors, memory } = look([XEON, XEON_TOPOLOGY, V2_SLICE, files])
  t.equal(processors.cpus.length, 2)
  t.same(memory, { total: 2_000_000_000, free: 1_000_000_000 }, 'a cache that would be given up is free')
})

t.test('of cgroup v1 a limit near 2^63 is none', async (t) => {
  const limit = (text: string) => ({
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': text,
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '600000000\n',
    '/sys/fs/cgroup/memory/memory.stat': 'cache 5\ntotal_inactive_file 100000000\n',
  })
  t.same(look([XEON, V1_CONTAINER, limit('9223372036854771712\n')]).memory.total, 16_384_000 * KIB)
  t.same(look([XEON, V1_CONTAINER, limit('1000000000\n')]).memory, {
    total: 1_000_000_000,
    free: 500_000_000,
  })
  t.same(readCgroup(reader()), { quota: undefined, cpuset: undefined, memory: [] })
})

t.test('where there is nothing to read, what Node.js knows is told', async (t) => {
  t.same(look([], {}, { platform: 'darwin', arch: 'arm64' }), {
    os: 'darwin',
    architecture: 'arm64',
    processors: { model: 'some CPU', sockets: [{ cores: 3, threads: 1 }], cpus: [] },
    memory: { total: 1000, free: 500 },
  })
})

t.test('what the operator says takes the place of what is found', async (t) => {
  const facts = look([XEON, XEON_TOPOLOGY], { vcpus: 3, memory: 5000, architecture: 'arm/v7' })
  t.match(facts, { architecture: 'arm/v7', memory: { total: 5000, free: 5000 } })
  t.same(facts.processors.cpus, [0, 4, 1])
  const { processors } = look([XEON, XEON_TOPOLOGY])
  t.same(withVcpus(processors, 5).sockets, [
    { cores: 2, threads: 2 },
    { cores: 1, threads: 1 },
  ])
  t.same(withVcpus(processors, 10).sockets.at(-1), { cores: 2, threads: 1 })
})

t.test('architectures have the names of OCI', async (t) => {
  const named = (program: Partial<MachineSource['program']>): string => look([], {}, program).architecture
  t.equal(named({ arch: 'x64' }), 'amd64')
  t.equal(named({ arch: 'ia32' }), '386')
  t.equal(named({ arch: 'arm', armVersion: '7' }), 'arm/v7')
  t.equal(named({ arch: 'ppc64', isLittleEndian: true }), 'ppc64le')
  t.equal(named({ arch: 's390x' }), 's390x')
})

t.test('a list of CPUs is read as the kernel writes it', async (t) => {
  t.same(parseCpuList('0-2,5\n'), [0, 1, 2, 5])
  for (const none of [undefined, '', '\n', 'all', '1-', '0-99999999']) t.equal(parseCpuList(none), undefined)
})

t.test('this machine has at least one vCPU and some memory', async (t) => {
  const { processors, memory } = readMachine(thisMachine())
  t.ok(processors.sockets.every(({ cores, threads }) => cores >= 1 && threads >= 1))
  t.ok(memory.total > 0 && memory.free <= memory.total)
})
