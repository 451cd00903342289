import t from 'tap'
import { removeImagesOf } from '../engine/docker-host.ts'
import { skipWithoutDocker } from '../engine/require-docker.ts'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import {
  assign,
  FunctionRegistry,
  instance,
  reaches,
  reportOf,
  routeTo,
  saysWho,
  steadily,
} from './assignment-fixture.ts'
import { askText, connectTo, publish, startNode } from './fixture.ts'

t.setTimeout(300_000)

t.test('assigned instances in containers', { skip: skipWithoutDocker || skipWithoutRegistry }, async (t) => {
  t.teardown(() => removeImagesOf('contained'))
  const registry = await FunctionRegistry.start(t)
  const version = await registry.push(t, 'contained', '1.0.0', saysWho('v1', 20))
  const node = await startNode(t, { engine: 'docker' })
  await publish(t, node, '/camera', { text: 'smile' })
  const endpoint = await connectTo(t, node)
  const instances = [
    instance('contained-1', version, { cpus: [0], idle: 1000 }),
    instance('contained-2', version),
  ]
  const routes = instances.map(({ id }) => routeTo(id, '/128=contained'))
  await assign(endpoint, registry.assignment({ instances, routes }))
  for (const { id } of instances) await reaches(node, id, 'ready')
  const load = steadily(endpoint, (i) => `contained/camera/${i}`, 20)
  await load.more(30)
  await assign(
    endpoint,
    registry.assignment({ revision: 2, instances: instances.slice(0, 1), routes: routes.slice(0, 1) }),
  )
  await reaches(node, 'contained-2', undefined)
  await load.more(10)
  t.same(
    (await load.stop()).filter((answer) => !answer.startsWith('v1 ')),
    [],
  )
  t.ok((reportOf(node, 'contained-1')?.phases.create?.ms ?? 0) > 0)
  await reaches(node, 'contained-1', 'idle')
  t.match(await askText(endpoint, 'contained/camera/again'), /^v1 /)
})
