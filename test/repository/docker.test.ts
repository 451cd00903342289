import t from 'tap'
import type { Artifact } from '../../src/engine/index.ts'
import { docker, dockerUnderTest, functionImage, layersOf, removeImages } from '../engine/docker-host.ts'
import { makeArtifact, startAgent, uniqueNode } from '../engine/fixture.ts'
import { skipWithoutDocker } from '../engine/require-docker.ts'
import { Home, openRepository } from './fixture.ts'
import { RegistryHost, skipWithoutRegistry } from './registry-host.ts'

t.test(
  'images from the repository in containers',
  { skip: skipWithoutRegistry || skipWithoutDocker },
  async (t) => {
    const registry = await RegistryHost.start(t)
    const repository = openRepository(t, registry.url)
    const builder = await Home.make(t)
    const node = await Home.make(t)
    const engine = await dockerUnderTest.connect({ nodeName: uniqueNode(), stateDirectory: node.folder })
    t.teardown(() => engine.close())

    const files = { 'node_modules/one/index.js': `module.exports = 'one of ${process.pid}'` }
    const name = `agent-${process.pid}`
    const local = await makeArtifact(t, { name, files })
    t.teardown(() => removeImages(local))
    await builder.push(repository, local)
    const pull = async (): Promise<Artifact> => {
      const { artifact } = await node.pull(repository, name)
      t.teardown(() => docker.getImage(functionImage(artifact)).remove({ force: true }))
      return artifact
    }
    const pulled = await pull()

    await t.test('what was pulled runs', async (t) => {
      const steps: string[] = []
      await engine.prepare(pulled, (step) => steps.push(step))
      t.same(steps, [`loading the image ${functionImage(pulled)}`])
      const agent = await startAgent(t, engine, 'agent-1', pulled)
      t.equal(await agent.run('return require("one")'), `one of ${process.pid}`)
      t.equal(await agent.run('return process.getuid()'), 65534)
      t.match(await engine.list(), [{ id: 'agent-1', function: name, digest: local.digest }])
      await engine.stop('agent-1', 0)
    })

    await t.test('nothing is loaded twice', async (t) => {
      const steps: string[] = []
      await engine.prepare(pulled, (step) => steps.push(step))
      t.same(steps, [])
    })

    await t.test(
      'an image that the engine makes by itself has the same Node.js below, byte for byte',
      async (t) => {
        await engine.prepare(local)
        const [own, loaded] = await Promise.all(
          [local, pulled].map((artifact) => layersOf(functionImage(artifact))),
        )
        t.equal(own?.[0], loaded?.[0])
        t.not(functionImage(local), functionImage(pulled))
      },
    )

    await t.test('new code needs but its own layer', async (t) => {
      await builder.push(repository, await makeArtifact(t, { name, files: { ...files, 'more.txt': 'new' } }))
      const next = await pull()
      await engine.prepare(next)
      const [before, after] = await Promise.all(
        [pulled, next].map((artifact) => layersOf(functionImage(artifact))),
      )
      t.same(after?.slice(0, 2), before?.slice(0, 2))
      t.not(after?.[2], before?.[2])
      const agent = await startAgent(t, engine, 'agent-2', next)
      t.equal(await agent.run('return require("fs").readFileSync("more.txt", "utf8")'), 'new')
    })

    await t.test('an image that was removed is loaded again', async (t) => {
      await docker.getImage(functionImage(pulled)).remove({ force: true })
      await engine.prepare(pulled)
      const agent = await startAgent(t, engine, 'agent-3', pulled)
      t.equal(await agent.run('return 1'), 1)
    })

    await t.test('a Docker Engine can pull by itself, as any client can', async (t) => {
      const image = `${registry.url.slice('http://'.length)}/ndn-sfc/${name}:0.0.0`
      const stream = await docker.pull(image)
      await new Promise((resolve) => docker.modem.followProgress(stream, resolve))
      t.teardown(() => docker.getImage(image).remove({ force: true }))
      t.match((await docker.getImage(image).inspect()).Config, {
        User: '65534:65534',
        WorkingDir: '/function',
      })
    })
  },
)
