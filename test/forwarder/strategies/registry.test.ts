import t from 'tap'
import {
  BestRoute,
  type Strategy,
  StrategyParameterError,
  StrategyRegistry,
} from '../../../src/forwarder/strategies/index.ts'
import { name } from '../fixture.ts'

const PREFIX = '/localhost/nfd/strategy'

function find(rest: string): Strategy | 'unknown' | StrategyParameterError {
  return new StrategyRegistry().findStrategy(name(`${PREFIX}${rest}`))
}

const BUILT_IN = ['asf/v=5', 'best-route/v=5', 'multicast/v=4', 'random/v=1', 'sticky/v=1']

t.test('the strategies that there are are listed with their versions', async (t) => {
  t.same(
    new StrategyRegistry().names.map(String),
    BUILT_IN.map((own) => `${PREFIX}/${own}`),
  )
})

t.test('a strategy is found with and without its version', async (t) => {
  const registry = new StrategyRegistry()
  for (const own of BUILT_IN) {
    for (const asked of [own, own.replace(/\/.*/, '')]) {
      const found = registry.findStrategy(name(`${PREFIX}/${asked}`))
      if (typeof found === 'string' || found instanceof Error) t.fail(`${asked}: ${found}`)
      else t.equal(registry.strategyName(found).toString(), `${PREFIX}/${own}`)
    }
  }
})

t.test('an older version gives the one that there is, a newer one nothing', async (t) => {
  t.match(find('/best-route/v=1'), { name: 'best-route', version: 5 })
  t.equal(find('/best-route/v=6'), 'unknown')
})

t.test('what is no name of a strategy that there is is unknown', async (t) => {
  for (const rest of ['', '/none', '/best-route/x', '/best-route/5', '/8=asf/seg=5', '/32=asf'])
    t.equal(find(rest), 'unknown', rest)
  t.equal(new StrategyRegistry().findStrategy(name('/localhost/nfd/strategies/asf')), 'unknown')
  t.equal(new StrategyRegistry().findStrategy(name('/asf')), 'unknown')
  t.equal(new StrategyRegistry().findStrategy(name('/')), 'unknown')
})

t.test('parameters that a strategy takes are part of its name', async (t) => {
  const registry = new StrategyRegistry()
  for (const own of [
    'asf/v=5/probing-interval~1000/max-timeouts~1',
    'asf/v=5/retx-suppression-initial~20/retx-suppression-max~20/retx-suppression-multiplier~1.5',
    'best-route/v=5/retx-suppression-max~100',
    'multicast/v=4/retx-suppression-initial~1',
    'sticky/v=1/max-timeouts~255',
  ]) {
    const found = registry.findStrategy(name(`${PREFIX}/${own}`))
    if (typeof found === 'string' || found instanceof Error) t.fail(`${own}: ${found}`)
    else t.equal(registry.strategyName(found).toString(), `${PREFIX}/${own}`)
  }
})

for (const [own, message] of [
  ['asf/v=5/probing-interval~999', /probing-interval is to be a whole number, 1000 or more, and not '999'/],
  ['asf/v=5/probing-interval~-1000', /not '-1000'/],
  ['asf/v=5/max-timeouts~0', /1 or more, and not '0'/],
  ['asf/v=5/max-timeouts~1.5', /whole number/],
  ['asf/v=5/max-timeouts~NaN', /whole number/],
  ['asf/v=5/max-timeouts~99999999999999999', /whole number/],
  ['asf/v=5/max-timeouts', /'max-timeouts' is not of the form <parameter>~<value>/],
  ['asf/v=5/max-timeouts~', /form/],
  ['asf/v=5/~1', /form/],
  ['asf/v=5/max-timeouts~1/max-timeouts~2', /max-timeouts is given twice/],
  ['asf/v=5/n-silent-timeouts~1', /there is no parameter n-silent-timeouts \(there are: .*max-timeouts/],
  ['best-route/v=5/retx-suppression-initial~0', /1 or more/],
  ['best-route/v=5/retx-suppression-initial~251', /not be more than retx-suppression-max/],
  ['best-route/v=5/retx-suppression-initial~20/retx-suppression-max~19', /20 or more/],
  ['best-route/v=5/retx-suppression-multiplier~0.9', /a number, 1 or more/],
  ['random/v=1/x~1', /there is no parameter x \(there are: none\)/],
  ['sticky/v=1/max-timeouts~256', /from 1 to 255/],
] as const) {
  t.test(`${own} is refused, and it says why`, async (t) => {
    const found = find(`/${own}`)
    t.ok(found instanceof StrategyParameterError)
    t.match((found as Error).message, message)
  })
}

t.test('each prefix gets an object of its own', async (t) => {
  const registry = new StrategyRegistry()
  const asked = name(`${PREFIX}/asf`)
  t.not(registry.findStrategy(asked), registry.findStrategy(asked))
})

t.test("a user's own strategy is found by its name, in that registry only", async (t) => {
  class Own extends BestRoute {}
  const registry = new StrategyRegistry()
  registry.registerStrategy('own', 7, (parameters) => {
    parameters.integer('depth', 1)
    return new Own()
  })
  t.ok(registry.findStrategy(name(`${PREFIX}/own/v=7/depth~3`)) instanceof Own)
  t.ok(registry.findStrategy(name(`${PREFIX}/own/v=7/height~3`)) instanceof StrategyParameterError)
  t.equal(registry.names.at(-1)?.toString(), `${PREFIX}/own/v=7`)
  t.equal(find('/own'), 'unknown')
})

t.test('what goes wrong in making a strategy, but for its parameters, is thrown', async (t) => {
  const registry = new StrategyRegistry()
  registry.registerStrategy('broken', 1, () => {
    throw new TypeError('broken')
  })
  t.throws(() => registry.findStrategy(name(`${PREFIX}/broken`)), TypeError)
})

t.test('a strategy that was not made by the registry has a name, too', async (t) => {
  t.equal(new StrategyRegistry().strategyName(new BestRoute()).toString(), `${PREFIX}/best-route/v=5`)
})
