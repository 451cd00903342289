import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { StrategyRegistry } from '../../../src/forwarder/strategies/index.ts'
import { NackReason } from '../../../src/packet/index.ts'
import { name } from '../fixture.ts'
import { ByResult } from './by-result.ts'
import { Network } from './network.ts'

const ROOT = new URL('../../../../', import.meta.url)

async function read(path: string): Promise<string> {
  return await readFile(fileURLToPath(new URL(path, ROOT)), 'utf8')
}

t.test('the strategy in the README is the one that is tested here', async (t) => {
  const readme = await read('src/forwarder/strategies/README.md')
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? []
  const source = await read('test/forwarder/strategies/by-result.ts')
  const [, own = ''] = /(export class[\s\S]*)$/.exec(source) ?? []
  t.ok(own.length > 0)
  t.equal(code, own)
  t.ok(code.split('\n').length < 20, 'it is short')
})

t.test('the README lists each strategy with its version', async (t) => {
  const readme = await read('src/forwarder/strategies/README.md')
  for (const strategy of new StrategyRegistry().names) {
    const own = strategy.slice(3).toString().slice(1).replace('/v=', ' (')
    t.match(readme, `| \`${own.replace(' (', '`, v=')}`)
  }
})

t.test('the strategy in the README works', async (t) => {
  const network = new Network(new ByResult(), 3)
  const asked = new Set<number>()
  for (let i = 0; i < 50; i++) {
    const hop = network.exchange(`/a/${i}`)
    asked.add(hop)
    t.equal(network.exchange(`/a/${i}/v=1/seg=1`), hop)
  }
  t.equal(asked.size, 3)
  network.consumer.interest('/a/nacked')
  for (let i = 0; i < 3; i++) {
    const [hop = -1, interest] = network.askedWith()
    if (interest !== undefined) network.hop(hop).nack(interest, NackReason.NoRoute)
  }
  t.equal(network.consumer.takeNack().reason, NackReason.NoRoute)
})

t.test('the strategy in the README can be chosen by its name', async (t) => {
  const registry = new StrategyRegistry()
  registry.registerStrategy('by-result', 1, () => new ByResult())
  t.ok(registry.findStrategy(name('/localhost/nfd/strategy/by-result')) instanceof ByResult)
})
