import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { skipWithoutDocker } from '../engine/require-docker.ts'
import { makeHome, startNode } from './fixture.ts'

t.test('a node says of its link and its vCPUs what its operator does', async (t) => {
  const own = await startNode(t, { facts: { speed: 1 } })
  t.match(await own.facts(), { network: 'site', bandwidth: 125, cpu: { speed: 1, share: 1 } })
  const facts = { speed: 2000, cpuShare: 0.3, network: 'lab', bandwidth: 12.5 }
  t.equal((await own.facts()).cpu.shareOf, 'vcpu', 'which child processes have together')
  const told = await startNode(t, { facts })
  t.match(await told.facts(), { network: 'lab', bandwidth: 12.5, cpu: { speed: 2000, share: 0.3 } })
})

t.test(
  'containers have a share each, or together where a control group is above them',
  { skip: skipWithoutDocker },
  async (t) => {
    for (const [cgroupParent, shareOf] of [
      [undefined, 'instance'],
      ['/nodes/lobby', 'vcpu'],
    ]) {
      const node = await startNode(t, { engine: 'docker', cgroupParent, facts: { speed: 1, cpuShare: 0.5 } })
      t.match((await node.facts()).cpu, { share: 0.5, shareOf })
    }
  },
)

t.test('a node says which blobs of the repository it has, whole ones only', async (t) => {
  const home = await makeHome(t)
  const node = await startNode(t, { home, facts: { speed: 1 } })
  t.same((await node.facts()).blobs, [])
  const digits = 'a'.repeat(64)
  await mkdir(join(home, 'blobs/sha256'), { recursive: true })
  await writeFile(join(home, 'blobs', '.unfinished-1'), '')
  await writeFile(join(home, 'blobs/sha256', digits), '')
  await writeFile(join(home, 'blobs/sha256', 'note.txt'), '')
  t.same((await node.facts()).blobs, [`sha256:${digits}`])
})
