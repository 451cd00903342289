import t, { type Test } from 'tap'
import { containerOptions } from '../../src/engine/docker/container.ts'
import type { InstanceSpec } from '../../src/engine/index.ts'
import { makeArtifact } from './fixture.ts'

const MACHINE_CPUS = 4
const settings = { nodeName: 'node', logLevel: 'info', machineCpus: MACHINE_CPUS }

/** CPU time that a container is given, in CPUs. */
async function cpusOf(t: Test, limit: number, options: Partial<InstanceSpec>) {
  const artifact = await makeArtifact(t, { limits: { cpus: limit } })
  const spec = { id: 'a', artifact, doorDirectory: '/door', ...options }
  const { HostConfig = {} } = containerOptions(spec, settings)
  const { NanoCpus, CpuPeriod = 0, CpuQuota = 0, CpusetCpus } = HostConfig
  return { cpus: NanoCpus === undefined ? CpuQuota / CpuPeriod : NanoCpus / 1e9, CpuPeriod, CpusetCpus }
}

t.test('a container has the least of its limit and of what its CPUs give', async (t) => {
  const cases: [limit: number, options: Partial<InstanceSpec>, cpus: number][] = [
    [1, {}, 1],
    [8, {}, MACHINE_CPUS],
    [2, { cpus: [1, 3] }, 2],
    [2, { cpus: [1] }, 1],
    [1, { cpus: [1], cpuShare: 0.3 }, 0.3],
    [2, { cpus: [1, 3], cpuShare: 0.3 }, 0.6],
    [0.2, { cpus: [1], cpuShare: 0.3 }, 0.2],
    [8, { cpuShare: 0.5 }, 2],
    [1, { cpus: [1], cpuShare: 0.001 }, 0.01],
  ]
  for (const [limit, options, cpus] of cases)
    t.equal((await cpusOf(t, limit, options)).cpus, cpus, JSON.stringify([limit, options]))
})

t.test('a share is given in short periods, as far as the kernel can', async (t) => {
  t.equal((await cpusOf(t, 1, { cpus: [1], cpuShare: 0.3 })).CpuPeriod, 10_000)
  t.equal((await cpusOf(t, 1, { cpus: [1], cpuShare: 0.05 })).CpuPeriod, 20_000)
})

t.test(
  'a container is below the control group of its node, or the one that the engine chooses',
  async (t) => {
    const spec = { id: 'a', artifact: await makeArtifact(t), doorDirectory: '/door' }
    const parentOf = (cgroupParent?: string) =>
      containerOptions(spec, { ...settings, cgroupParent }).HostConfig?.CgroupParent
    t.equal(parentOf('/nodes/lobby'), '/nodes/lobby')
    t.equal(parentOf(), undefined)
  },
)

t.test('a container runs on the CPUs of its instance', async (t) => {
  t.equal((await cpusOf(t, 1, { cpus: [1, 3] })).CpusetCpus, '1,3')
  t.equal((await cpusOf(t, 1, {})).CpusetCpus, '', 'any')
})
