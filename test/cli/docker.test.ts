import t from 'tap'
import { containersOf, docker } from '../engine/docker-host.ts'
import { skipWithoutDocker } from '../engine/require-docker.ts'
import { Cli, TEST_TIMEOUT_MS } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

t.test('a node with containers answers, and ctrl-C leaves none', { skip: skipWithoutDocker }, async (t) => {
  const cli = await Cli.create(t)
  const name = `kernel-${process.pid}`
  const containers = () => containersOf(name)
  t.teardown(async () => {
    for (const { Id } of await docker.listImages({ filters: { reference: [`ndn-sfc/${name}`] } }))
      await docker.getImage(Id).remove()
  })
  // Only in a container is this program's parent nobody's and its user `nobody`.
  const node = await cli.up(
    {
      [name]: `input: '*/*', output: 'text/plain', apply: () => 'pid ' + process.pid + ', user ' + process.getuid()`,
    },
    ['--engine', 'docker'],
  )
  t.match(node.output, /containers of the Docker Engine/)
  const { code, stdout, stderr } = await cli.run('get', `${name}/localhost/ndn-sfc/status`, '--verify')
  t.equal(code, 0, stderr)
  t.equal(stdout, 'pid 1, user 65534')
  t.match(stderr, new RegExp(`^verified: 1 segment by function '${name}' `))
  t.equal((await containers()).length, 1)
  t.equal((await node.stop()).code, 0)
  t.strictSame(await containers(), [])
})
