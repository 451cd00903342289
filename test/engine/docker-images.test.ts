import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DockerEngine, functionImage, LABELS } from '../../src/engine/docker/index.ts'
import { docker, layersOf, removeImages } from './docker-host.ts'
import { type ArtifactOptions, makeArtifact, startAgent, temporaryFolder, uniqueNode } from './fixture.ts'
import { skipWithoutDocker } from './require-docker.ts'

t.test('images', { skip: skipWithoutDocker }, async (t) => {
  const stateDirectory = await temporaryFolder(t)

  const setUp = async (t: Test, ...artifacts: ArtifactOptions[]) => {
    const engine = await DockerEngine.connect({ nodeName: uniqueNode(), stateDirectory })
    const made = await Promise.all(artifacts.map((options) => makeArtifact(t, options)))
    for (const artifact of made) t.teardown(() => removeImages(artifact))
    t.teardown(() => engine.close())
    const steps: string[] = []
    for (const artifact of made) await engine.prepare(artifact, (step) => steps.push(step))
    return { engine, artifacts: made, steps }
  }
  const inspect = (image: string) => docker.getImage(image).inspect()

  await t.test('the second time nothing is made', async (t) => {
    const { engine, artifacts, steps } = await setUp(t, {})
    const [artifact] = artifacts
    if (artifact === undefined) return t.fail()
    t.equal(steps.at(-1), `making the image ${functionImage(artifact)}`)
    const before = await inspect(functionImage(artifact))
    const again: string[] = []
    await engine.prepare(artifact, (step) => again.push(step))
    t.same(again, [])
    t.equal((await inspect(functionImage(artifact))).Id, before.Id)
    t.match(before.Config.Labels, { [LABELS.function]: 'agent', [LABELS.digest]: artifact.digest })
    t.match(before.Config, { User: '65534:65534', Entrypoint: ['/usr/local/bin/node'] })
  })

  await t.test('images that are held are told with their layers', async (t) => {
    const { engine, artifacts } = await setUp(t, { name: 'held' })
    const { images, layers } = await engine.images()
    const held = images.find(({ digest }) => digest === artifacts[0]?.digest)
    t.match(held, { function: 'held', size: Number })
    t.equal(held?.layers.length, 2, 'Node.js, and the function')
    t.ok(held?.layers.every((layer) => /^sha256:[0-9a-f]{64}$/.test(layer) && layers.includes(layer)))
  })

  await t.test('one image is made for all who ask at the same time', async (t) => {
    const { engine } = await setUp(t)
    const artifact = await makeArtifact(t)
    t.teardown(() => removeImages(artifact))
    await Promise.all([1, 2, 3].map(() => engine.prepare(artifact)))
    const tags = (await docker.listImages()).filter(({ RepoTags }) =>
      RepoTags?.includes(functionImage(artifact)),
    )
    t.equal(tags.length, 1)
  })

  await t.test('new code keeps the layers of Node.js and of the packages', async (t) => {
    const files = { 'node_modules/one/index.js': `module.exports = ${process.pid}` }
    const { artifacts, engine, steps } = await setUp(
      t,
      { name: 'first', files },
      { name: 'first', files: { ...files, 'more.mjs': 'changed' } },
      { name: 'second', files },
    )
    const layers = await Promise.all(artifacts.map((artifact) => layersOf(functionImage(artifact))))
    t.same(
      layers.map((of) => of.length),
      [3, 3, 3],
    )
    t.equal(new Set(layers.map((of) => of[0])).size, 1, 'Node.js')
    t.equal(new Set(layers.map((of) => of[1])).size, 1, 'packages')
    t.equal(new Set(layers.map((of) => of[2])).size, 3, 'code')
    t.equal(steps.filter((step) => step.startsWith('making an image of')).length, 1)

    const [artifact] = artifacts
    if (artifact === undefined) return t.fail()
    const history = await docker.getImage(functionImage(artifact)).history()
    const code = history.find(({ CreatedBy }: { CreatedBy: string }) => CreatedBy.includes('COPY'))
    t.ok(code.Size > 0 && code.Size < 10_000, `${code.Size} bytes of code`)
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    t.equal(await agent.run('return require("one")'), process.pid)
  })

  await t.test('a program of this host runs in the container', async (t) => {
    const { artifacts, engine } = await setUp(t, { programs: ['awk'] })
    const [artifact] = artifacts
    if (artifact === undefined) return t.fail()
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    const output = await agent.run(`
      const awk = require('child_process').spawn('awk', ['{ print $1 * 7 }'])
      awk.stdin.end('6\\n')
      let text = ''
      for await (const chunk of awk.stdout) text += chunk
      return text
    `)
    t.equal(output, '42\n')
  })

  await t.test('an image on another Node.js is made again', async (t) => {
    const { artifacts, engine } = await setUp(t, {})
    const [artifact] = artifacts
    if (artifact === undefined) return t.fail()
    const [repo = '', tag = ''] = functionImage(artifact).split(':')
    const { Id } = await inspect(functionImage(artifact))
    const [base] = await docker.listImages({ filters: { reference: ['ndn-sfc/base'] } })
    await docker.getImage(functionImage(artifact)).remove()
    await docker.getImage(base?.Id ?? '').tag({ repo, tag })
    await engine.prepare(artifact)
    const made = await inspect(functionImage(artifact))
    t.not(made.Id, base?.Id)
    t.not(made.Id, Id)
    t.equal(made.Config.Labels[LABELS.digest], artifact.digest)
  })

  await t.test('files that only their owner may read can be read by the instance', async (t) => {
    const { artifacts, engine } = await setUp(t, { files: { 'deep/er/data.txt': 'data' } })
    const [artifact] = artifacts
    if (artifact === undefined) return t.fail()
    const agent = await startAgent(t, engine, 'agent-1', artifact)
    t.equal(
      await agent.run('return require("fs").readFileSync("/function/deep/er/data.txt", "utf8")'),
      'data',
    )
  })

  await t.test('a name with hyphens at its ends makes an image', async (t) => {
    const { artifacts } = await setUp(t, { name: '-a-' })
    t.equal(artifacts.length, 1)
  })

  await t.test('what cannot be made is told of with its cause', async (t) => {
    const { engine } = await setUp(t)
    const unknown = await makeArtifact(t, { programs: ['no-such-program'] })
    await t.rejects(engine.prepare(unknown), {
      code: 'build-failed',
      message: /no program no-such-program.*install/,
    })
    const broken = await makeArtifact(t)
    await rm(join(broken.directory), { recursive: true })
    await t.rejects(engine.prepare(broken), { code: 'build-failed', message: /agent.*ENOENT/ })
  })
})
