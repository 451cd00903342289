import type { ContainerStats } from 'dockerode'
import t from 'tap'
import { hostStats } from '../../src/engine/docker/host-stats.ts'
import { toExit, toStats } from '../../src/engine/docker/translate.ts'

t.test('a container ended by a signal is told of as a process is', async (t) => {
  t.same(toExit(0), { exitCode: 0, signal: null })
  t.same(toExit(7), { exitCode: 7, signal: null })
  t.same(toExit(137), { exitCode: null, signal: 'SIGKILL' })
  t.same(toExit(143), { exitCode: null, signal: 'SIGTERM' })
  t.same(toExit(255), { exitCode: 255, signal: null })
})

t.test("the engine's own figures, with cgroup v1 and v2", async (t) => {
  const cpu_stats = { cpu_usage: { total_usage: 51_880_953 } }
  const figures = (stats: object) =>
    ({ memory_stats: { usage: 1000, stats }, cpu_stats }) as unknown as ContainerStats
  t.same(toStats(figures({ total_inactive_file: 400, inactive_file: 1 })), { memory: 600, cpu: 51.880953 })
  t.same(toStats(figures({ inactive_file: 300 })), { memory: 700, cpu: 51.880953 })
})

t.test('a pid that is not the container’s on this machine is not asked', async (t) => {
  t.equal(await hostStats(process.pid, 'f'.repeat(64)), undefined)
  t.equal(await hostStats(2 ** 30, 'f'.repeat(64)), undefined)
})
