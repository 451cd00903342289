import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Node } from '../../src/router/index.ts'
import { NodeState } from '../../src/router/node-state.ts'
import { functionFile, makeHome, startNode } from './fixture.ts'

async function areReady(node: Node): Promise<void> {
  while ((await node.functions()).some(({ state }) => state !== 'ready')) await delay(20)
}

t.test('what was said is there after a new start', async (t) => {
  const home = await makeHome(t)
  const state = await NodeState.open(home)
  t.match(state.value, { availability: 'active', labels: { set: {}, removed: [] } })
  await Promise.all([
    state.change(() => ({ availability: 'drain' })),
    state.change(() => ({ labels: { set: { a: '1' }, removed: [] } })),
  ])
  t.same((await NodeState.open(home)).value, state.value)
  t.match(state.value, { availability: 'drain', labels: { set: { a: '1' } } })
  t.same(
    (await readdir(home)).filter((file) => file.endsWith('.tmp')),
    [],
  )
})

t.test('a file that cannot be read is not taken for none', async (t) => {
  const home = await makeHome(t)
  await writeFile(join(home, 'state.json'), '{"availability":"off"}')
  await t.rejects(NodeState.open(home), { code: 'config-invalid', message: /state\.json: .*remove the file/ })
})

t.test('what cannot be kept is not done', async (t) => {
  const home = await makeHome(t)
  const state = await NodeState.open(home)
  await rm(home, { recursive: true })
  await t.rejects(
    state.change(() => ({ availability: 'drain' })),
    { code: 'ENOENT' },
  )
  t.equal(state.value.availability, 'active')
  await mkdir(home)
  await chmod(home, 0o700)
  await state.change(() => ({ availability: 'pause' }))
  t.equal((await NodeState.open(home)).value.availability, 'pause')
})

t.test('a node that is paused starts what it had, and no function that is new to it', async (t) => {
  const home = await makeHome(t)
  const had = functionFile('upper')
  const first = await startNode(t, { home, functions: [had] })
  await first.commands.setAvailability('pause')
  const instance = (await first.functions())[0]?.instance
  await first.stop()
  t.equal(instance, 'upper-1', 'what runs goes on')

  const node = await startNode(t, { home, name: first.config.name, functions: [had, functionFile('wrap')] })
  t.equal(node.status().availability, 'pause')
  const states = async (): Promise<unknown> =>
    Object.fromEntries((await node.functions()).map(({ name, state, cause }) => [name, [state, cause]]))
  t.same(await states(), {
    upper: ['ready', undefined],
    wrap: ['withdrawn', 'the node is paused and takes no new function'],
  })
  t.notOk(node.routes().some(({ prefix }) => prefix === 'wrap'))
  await node.commands.setAvailability('active')
  t.ok(node.routes().some(({ prefix }) => prefix === 'wrap'))
  await areReady(node)
  await node.stop()

  const drained = await startNode(t, { home, name: first.config.name, functions: [had] })
  await drained.commands.setAvailability('drain')
  await drained.stop()
  const still = await startNode(t, { home, name: first.config.name, functions: [had] })
  t.match(await still.functions(), [{ state: 'withdrawn', cause: 'the node is drained' }])
  await still.commands.setAvailability('active')
  await areReady(still)
})
