import { readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createEngine } from '../../src/engine/index.ts'
import { docker, removeImages } from './docker-host.ts'
import { makeArtifact, makeDoor, temporaryFolder, uniqueNode } from './fixture.ts'
import { skipWithoutDocker } from './require-docker.ts'

const ROOT = '/sys/fs/cgroup'

/** The engine makes it, and leaves it: for each controller, or once for all. */
async function removeGroup(name: string): Promise<void> {
  const places = [ROOT, ...(await readdir(ROOT)).map((controller) => join(ROOT, controller))]
  await Promise.all(places.map((place) => rmdir(join(place, name)).catch(() => {})))
}

t.test("a node's containers are below its control group", { skip: skipWithoutDocker }, async (t) => {
  const nodeName = uniqueNode()
  const isSystemd = (await docker.info()).CgroupDriver === 'systemd'
  const group = isSystemd ? `${nodeName.replaceAll('-', '')}.slice` : nodeName
  const artifact = await makeArtifact(t)
  const { engine } = await createEngine('docker', {
    nodeName,
    stateDirectory: await temporaryFolder(t),
    cgroupParent: isSystemd ? group : `/${group}`,
  })
  t.teardown(async () => {
    await engine.close()
    await removeImages(artifact)
    await removeGroup(group)
  })
  await engine.prepare(artifact)
  const { directory, connected } = await makeDoor(t)
  await engine.start({ id: 'one', artifact, doorDirectory: directory })
  await connected
  const { Id, State } = await docker.getContainer(`ndn-sfc-${nodeName}-one`).inspect()
  const groups = await readFile(`/proc/${State.Pid}/cgroup`, 'utf8')
  t.match(groups, new RegExp(`/${group}/.*${Id}`))
})

t.test('child processes are not, which is said', async (t) => {
  const warnings: string[] = []
  const { engine } = await createEngine('process', {
    nodeName: uniqueNode(),
    stateDirectory: await temporaryFolder(t),
    cgroupParent: '/nodes/lobby',
    onWarning: (message) => warnings.push(message),
  })
  t.teardown(() => engine.close())
  t.match(warnings, [/not put into the control group \/nodes\/lobby/])
  t.equal(warnings.length, 1)
})
