import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Endpoint } from '../../src/endpoint/index.ts'
import { FetchError } from '../../src/endpoint/index.ts'
import type { Node } from '../../src/router/index.ts'
import { askText, connectTo, functionFile, publish, startNode, writeFunction } from './fixture.ts'

t.setTimeout(120_000)

/** A function that takes its time. */
async function slowFunction(t: Test, name: string, ms: number): Promise<string> {
  return await writeFunction(
    t,
    `${name}.ts`,
    `import { defineFunction } from 'ndn-sfc'
     export default defineFunction({
       name: '${name}',
       input: 'text/plain',
       output: 'text/plain',
       limits: { concurrency: 16 },
       apply: async (input) => {
         await new Promise((resolve) => setTimeout(resolve, ${ms}))
         return '${name} ' + Buffer.from(input)
       },
     })`,
  )
}

async function drain(node: Node): Promise<void> {
  await node.commands.setAvailability('drain')
}

async function isDrained(node: Node): Promise<void> {
  for (;;) {
    const functions = await node.functions()
    if (functions.every(({ state }) => state === 'withdrawn')) return
    await delay(20)
  }
}

const routesOf = (node: Node): string[] => node.routes().map(({ prefix }) => prefix)

/** The text, or the code of the error. */
const outcome = (asked: Promise<string>): Promise<string> =>
  asked.catch((error: unknown) => (error instanceof FetchError ? error.code : String(error)))

/** Resolves once so many Interests are with functions. */
async function inHand(node: Node, functionName: string, count: number): Promise<void> {
  const asked = (): number => node.faces().find((face) => face.function === functionName)?.interestsOut ?? 0
  while (asked() < count) await delay(5)
}

async function consumerAt(t: Test, node: Node): Promise<Endpoint> {
  await publish(t, node, '/camera', { text: 'smile' })
  return await connectTo(t, node)
}

t.test('what is in hand is finished, its inner functions included, and what is new is nacked', async (t) => {
  const functions = await Promise.all([slowFunction(t, 'outer', 300), slowFunction(t, 'inner', 600)])
  const node = await startNode(t, { functions })
  const consumer = await consumerAt(t, node)
  const names = Array.from({ length: 8 }, (_, i) => `outer:inner/camera/${i}`)
  const first = names.map((name) => outcome(askText(consumer, name)))
  await inHand(node, 'outer', names.length)
  await drain(node)
  t.notOk(routesOf(node).includes('outer'), 'its route is gone at once')
  t.match(await node.functions(), [{ state: 'ready' }, { state: 'ready' }], 'its instances work on')
  t.equal(await outcome(askText(await connectTo(t, node), 'outer:inner/camera/new')), 'no-route')
  const again = outcome(askText(await connectTo(t, node), names[0] as string))
  t.strictSame(await Promise.all(first), Array(names.length).fill('outer inner smile'))
  t.equal(await again, 'outer inner smile', 'who asks for work in hand waits for it')
  await isDrained(node)
  t.equal((await node.facts()).load.instances, 0)
  t.same(
    (await node.functions()).map(({ cause, instance }) => [cause, instance]),
    [
      ['the node is drained', undefined],
      ['the node is drained', undefined],
    ],
  )

  await node.commands.setAvailability('active')
  t.ok(routesOf(node).includes('outer'))
  t.equal(await askText(consumer, 'outer:inner/camera/new'), 'outer inner smile')
})

t.test('all segments of a result can be had that has been begun', async (t) => {
  const node = await startNode(t, { functions: [functionFile('wrap')], contentStore: { packets: 0 } })
  const consumer = await consumerAt(t, node)
  const whole = askText(consumer, 'wrap(times=400000)/camera/1')
  await inHand(node, 'wrap', 2)
  await drain(node)
  t.equal((await whole).length, 5 * 400_000 + 2)
  await isDrained(node)
})

t.test('under load nothing is lost: each is answered, or another node is asked', async (t) => {
  const slow = await slowFunction(t, 'work', 50)
  const other = await startNode(t, { functions: [slow], listen: ['tcp://127.0.0.1:0'] })
  await publish(t, other, '/camera', { text: 'there' })
  const node = await startNode(t, {
    functions: [slow],
    // A shorter prefix: the function's own route shuts it out for as long as that is there.
    routes: [{ prefix: '/', to: other.addresses[1] as string, form: 'extended' }],
  })
  const consumer = await consumerAt(t, node)
  const asked: Promise<string>[] = []
  let isDraining = true
  const load = (async () => {
    for (let i = 0; isDraining; i++) {
      asked.push(outcome(askText(consumer, `work/camera/${i}`)))
      await delay(10)
    }
  })()
  await inHand(node, 'work', 20)
  await drain(node)
  await isDrained(node)
  await node.commands.setAvailability('active')
  isDraining = false
  await load
  const answers = await Promise.all(asked)
  t.same([...new Set(answers)].sort(), ['work smile', 'work there'])
})

t.test('a drain that is taken back changes nothing for who waits', async (t) => {
  const node = await startNode(t, { functions: [await slowFunction(t, 'work', 500)] })
  const consumer = await consumerAt(t, node)
  const before = (await node.functions())[0]?.instance
  const answer = askText(consumer, 'work/camera/1')
  await inHand(node, 'work', 1)
  await drain(node)
  await node.commands.setAvailability('active')
  t.equal(await answer, 'work smile')
  t.equal(await askText(consumer, 'work/camera/2'), 'work smile')
  t.equal((await node.functions())[0]?.instance, before, 'its instance is still the same')
  await drain(node)
  await node.commands.setAvailability('pause')
  await isDrained(node)
  t.notOk(routesOf(node).includes('work'), 'a pause ends no drain')
})

t.test('a node that stops while it drains ends', async (t) => {
  const node = await startNode(t, { functions: [await slowFunction(t, 'work', 500)] })
  const consumer = await consumerAt(t, node)
  void outcome(askText(consumer, 'work/camera/1'))
  await inHand(node, 'work', 1)
  await drain(node)
  await node.stop()
  t.match(await node.functions(), [{ state: 'stopped' }])
})
