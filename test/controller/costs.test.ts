import fc from 'fast-check'
import t from 'tap'
import {
  type CostSample,
  Costs,
  DEFAULT_INPUT_BYTES,
  DEFAULT_WORK_MI,
  MAX_CONTENT_SIZES,
  MAX_COST_KEYS,
  MAX_COST_SAMPLES,
} from '../../src/controller/costs.ts'
import { robustLine } from '../../src/controller/robust-line.ts'
import { type FunctionCall, Name } from '../../src/packet/index.ts'

function call(name: string, parameters: Readonly<Record<string, string>> = {}): FunctionCall {
  return { name, parameters: Object.entries(parameters).map(([key, value]) => ({ key, value })) }
}

function sample(rest: Partial<CostSample> = {}): CostSample {
  return {
    call: call('resize'),
    architecture: 'amd64',
    inputBytes: 1000,
    seconds: 0.5,
    speed: 1000,
    outputBytes: 100,
    at: 1,
    ...rest,
  }
}

t.test('a line is found though three in ten points are far off', async (t) => {
  const line = fc.record({
    base: fc.double({ min: 0, max: 1000, noNaN: true }),
    slope: fc.double({ min: 0, max: 10, noNaN: true }),
  })
  const point = fc.record({
    x: fc.integer({ min: 1, max: 1000 }),
    noise: fc.double({ min: -0.02, max: 0.02, noNaN: true }),
    isOff: fc.nat({ max: 9 }).map((digit) => digit < 3),
    off: fc.double({ min: 0, max: 1e6, noNaN: true }),
  })
  const property = fc.property(
    line,
    fc.array(point, { minLength: 40, maxLength: 64 }),
    ({ base, slope }, drawn) => {
      // The origin is one point more, and a run of bad luck is not what is tested.
      const off = drawn.filter(({ isOff }) => isOff).length
      fc.pre(off <= drawn.length * 0.22 && new Set(drawn.map(({ x }) => x)).size > 20)
      const points = drawn.map(({ x, noise, isOff, off: far }) => ({
        x,
        y: isOff ? far : (base + slope * x) * (1 + noise),
      }))
      const found = robustLine(points)
      const sizes = points.map(({ x }) => x).sort((a, b) => a - b)
      const x = sizes[sizes.length >> 1] as number
      const expected = base + slope * x
      return Math.abs(found.base + found.slope * x - expected) <= 0.25 * expected + 1e-9
    },
  )
  fc.assert(property, { numRuns: 300, seed: 1 })
  t.pass()
})

t.test('it never says less than nothing', async () => {
  const amount = fc.double({ min: 0, max: 1e9, noNaN: true })
  const points = fc.array(fc.record({ x: amount, y: amount }), { minLength: 1, maxLength: 20 })
  const property = fc.property(points, (drawn) => {
    const { base, slope } = robustLine(drawn)
    return base >= 0 && slope >= 0 && Number.isFinite(base) && Number.isFinite(slope)
  })
  fc.assert(property, { seed: 1 })
})

t.test('work and result are lines over the size of the input', async (t) => {
  const costs = new Costs()
  for (let kilobytes = 1; kilobytes <= 20; kilobytes++) {
    const inputBytes = 1000 * kilobytes
    costs.add(sample({ inputBytes, seconds: 0.1 + 0.01 * kilobytes, outputBytes: 50 + inputBytes / 10 }))
  }
  // The machine was busy with something else.
  for (let i = 0; i < 4; i++) costs.add(sample({ inputBytes: 5000, seconds: 30 }))
  const { work, outputBytes } = costs.estimate(call('resize'), 'amd64', 40_000)
  t.ok(Math.abs(work - 500) < 1, `${work} MI of 500`)
  t.ok(Math.abs(outputBytes - 4050) < 20, `${outputBytes} octets of 4050`)
  t.same(
    costs.estimate(call('resize'), 'amd64'),
    costs.estimate(call('resize'), 'amd64', 8500),
    'the median that came in',
  )
})

t.test('from one size alone both are in proportion', async (t) => {
  const costs = new Costs()
  for (let i = 0; i < 5; i++) costs.add(sample())
  t.same(costs.estimate(call('resize'), 'amd64', 2000), { work: 1000, outputBytes: 200 })
})

t.test('what takes as long whatever comes in is no line', async (t) => {
  const costs = new Costs()
  for (let i = 1; i <= 30; i++) costs.add(sample({ inputBytes: i * 100 }))
  t.same(costs.estimate(call('resize'), 'amd64', 1e6), { work: 500, outputBytes: 100 })
})

t.test('what was not seen is as on another architecture, or as the default', async (t) => {
  const costs = new Costs()
  t.same(costs.estimate(call('resize'), 'amd64', 5), { work: DEFAULT_WORK_MI, outputBytes: 5 })
  t.same(costs.estimate(call('resize'), 'amd64'), { work: DEFAULT_WORK_MI, outputBytes: DEFAULT_INPUT_BYTES })
  costs.add(sample())
  costs.add(sample({ architecture: 'arm64', seconds: 2 }))
  costs.add(sample({ architecture: 'arm64', seconds: 2 }))
  t.equal(costs.estimate(call('resize'), 'amd64', 1000).work, 500)
  t.equal(costs.estimate(call('resize'), 'riscv64', 1000).work, 2000, 'of which most was seen')
  t.equal(costs.estimate(call('detect'), 'amd64', 1000).work, DEFAULT_WORK_MI)
})

t.test('what cannot be is left out', async (t) => {
  const costs = new Costs()
  costs.add(sample({ seconds: Number.NaN }))
  costs.add(sample({ seconds: -1 }))
  costs.add(sample({ speed: 0 }))
  costs.add(sample({ inputBytes: -1 }))
  t.same(costs.toJSON().calls, [])
})

t.test('it forgets the oldest', async (t) => {
  const costs = new Costs()
  for (let i = 0; i < MAX_COST_SAMPLES; i++) costs.add(sample({ seconds: 1000 }))
  for (let i = 0; i < MAX_COST_SAMPLES; i++) costs.add(sample())
  t.equal(costs.toJSON().calls[0]?.pieces.length, MAX_COST_SAMPLES)
  t.equal(costs.estimate(call('resize'), 'amd64', 1000).work, 500)
  for (let i = 1; i <= MAX_COST_KEYS; i++) costs.add(sample({ call: call(`f-${i}`) }))
  t.equal(costs.toJSON().calls.length, MAX_COST_KEYS)
  t.equal(costs.estimate(call('resize'), 'amd64', 1000).work, DEFAULT_WORK_MI)
})

t.test('it is stored and read again; what is no such thing is nothing', async (t) => {
  const costs = new Costs()
  costs.add(sample())
  costs.add(sample({ call: call('detect'), inputBytes: 7 }))
  costs.addContent(Name.parse('/camera/1'), 500)
  const json: unknown = JSON.parse(JSON.stringify(costs))
  t.same(Costs.fromJSON(json).toJSON(), json)
  t.same(
    Costs.fromJSON(json).estimate(call('detect'), 'amd64', 14),
    costs.estimate(call('detect'), 'amd64', 14),
  )
  for (const damaged of [undefined, null, 7, [{ function: 'f' }], { resize: [] }])
    t.same(Costs.fromJSON(damaged).toJSON(), { calls: [], contents: [] })
})

t.test('parameters may decide; a call that was not seen is as the function with others', async (t) => {
  const costs = new Costs()
  const tile = (of: string) => call('tile', { index: '1', of })
  for (let i = 0; i < 3; i++) {
    costs.add(sample({ call: tile('2'), outputBytes: 500 }))
    costs.add(sample({ call: tile('8'), outputBytes: 120 }))
  }
  t.equal(costs.estimate(tile('2'), 'amd64', 1000).outputBytes, 500)
  t.equal(costs.estimate(tile('8'), 'amd64', 1000).outputBytes, 120)
  const other = costs.estimate(tile('4'), 'amd64', 1000).outputBytes
  t.ok(other >= 120 && other <= 500, `${other} octets`)
})

t.test('the size of content is the median of what was seen below a prefix', async (t) => {
  const costs = new Costs()
  t.equal(costs.contentBytes(Name.parse('/camera')), undefined)
  for (const [name, bytes] of [
    ['/camera/1', 100],
    ['/camera/2', 300],
    ['/camera/3', 200],
    ['/text/1', 5],
  ] as const)
    costs.addContent(Name.parse(name), bytes)
  t.equal(costs.contentBytes(Name.parse('/camera')), 200)
  for (let i = 0; i < MAX_CONTENT_SIZES; i++) costs.addContent(Name.parse(`/text/${i}`), 7)
  t.equal(costs.contentBytes(Name.parse('/camera')), undefined, 'it forgets the oldest')
})
