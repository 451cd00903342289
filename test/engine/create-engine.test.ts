import t from 'tap'
import { createEngine } from '../../src/engine/index.ts'
import { temporaryFolder, uniqueNode } from './fixture.ts'
import { skipWithoutDocker } from './require-docker.ts'

t.test('auto takes docker where an engine answers', { skip: skipWithoutDocker }, async (t) => {
  const { engine, why } = await createEngine('auto', {
    nodeName: uniqueNode(),
    stateDirectory: await temporaryFolder(t),
  })
  t.equal(engine.kind, 'docker')
  t.match(why, /containers of the Docker Engine \d.* at \w+:\/\/.*--engine process/)
  await engine.close()
})

t.test('where no engine answers', async (t) => {
  const before = process.env.DOCKER_HOST
  process.env.DOCKER_HOST = 'unix:///nonexistent/docker.sock'
  t.teardown(() => {
    if (before === undefined) delete process.env.DOCKER_HOST
    else process.env.DOCKER_HOST = before
  })
  const options = { nodeName: uniqueNode(), stateDirectory: await temporaryFolder(t) }

  await t.test('auto takes processes and says how to get containers', async (t) => {
    const { engine, why, leftovers } = await createEngine('auto', options)
    t.equal(engine.kind, 'process')
    t.match(
      why,
      /child processes.*because no Docker Engine answers at unix:\/\/\/nonexistent\/docker\.sock.*start it/,
    )
    t.same(leftovers, [])
    await engine.close()
  })

  await t.test('docker is refused', async (t) => {
    await t.rejects(createEngine('docker', options), { code: 'engine-unreachable' })
  })

  await t.test('process is taken', async (t) => {
    const { engine, why } = await createEngine('process', options)
    t.equal(engine.kind, 'process')
    t.match(why, /--engine docker/)
    await engine.close()
  })
})
