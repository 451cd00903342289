import fc from 'fast-check'
import t from 'tap'
import { Endpoint, fetchObject } from '../../src/endpoint/index.ts'
import { Name } from '../../src/packet/index.ts'
import { LossyFace, type Weather } from './fixtures/lossy-face.ts'
import { bytesOf, FakeObject, type FinalIn } from './fixtures/objects.ts'
import { VirtualClock } from './fixtures/virtual-clock.ts'

const X = Name.parse('/x')
const HOUR = 3_600_000

const weather: fc.Arbitrary<Weather> = fc.record({
  seed: fc.nat(),
  loss: fc.double({ min: 0, max: 0.1, noNaN: true }),
  duplicates: fc.double({ min: 0, max: 0.3, noNaN: true }),
  congestion: fc.double({ min: 0, max: 0.2, noNaN: true }),
  delay: fc.integer({ min: 1, max: 150 }),
  echoesTokens: fc.boolean(),
})

const object = fc
  .record({
    size: fc.nat(3000),
    segmentSize: fc.integer({ min: 10, max: 1000 }),
    finalIn: fc.constantFrom<FinalIn>('every', 'first', 'last'),
    discovered: fc.nat(400),
  })
  .map(({ size, segmentSize, finalIn, discovered }) => {
    const content = bytesOf(size)
    const segments = Math.max(1, Math.ceil(size / segmentSize))
    return {
      content,
      object: new FakeObject({ content, segmentSize, finalIn, discovered: discovered % segments }),
    }
  })

t.test('whatever the network does, the content is the whole object and the window is kept', async (t) => {
  let most = 0
  await fc.assert(
    fc.asyncProperty(weather, object, async (weather, { content, object }) => {
      const clock = new VirtualClock()
      const face = new LossyFace(clock, object, weather)
      let progress = 0
      const fetched = await clock.run(
        fetchObject(new Endpoint(face, { clock }), X, {
          timeout: HOUR,
          onProgress: (bytes, segments, total) => {
            if (segments !== ++progress) throw new Error(`${segments} segments after ${progress - 1}`)
            if (bytes > content.length) throw new Error(`${bytes} of ${content.length} bytes`)
            if (total !== undefined && total !== object.segments) throw new Error(`${total} segments`)
          },
        }),
      )
      if (!content.equals(fetched.content)) throw new Error('other content')
      if (fetched.segments !== object.segments) throw new Error(`${fetched.segments} segments`)
      if (!fetched.name.equals(object.name)) throw new Error(`the name is ${fetched.name}`)
      if (progress !== object.segments) throw new Error(`progress told of ${progress} segments`)
      if (face.exceeded) throw new Error('more Interests in flight than the window allows')
      most = Math.max(most, face.mostInFlight)
    }),
    { numRuns: 300 },
  )
  t.ok(most > 16, `up to ${most} Interests were in flight`)
})

t.test('the window stays within its bound however large the object and good the network', async (t) => {
  const clock = new VirtualClock()
  const content = bytesOf(30_000)
  const fine = { seed: 1, loss: 0, duplicates: 0, congestion: 0, delay: 50, echoesTokens: true }
  const face = new LossyFace(clock, new FakeObject({ content, segmentSize: 10 }), fine)
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  t.teardown(() => process.off('warning', onWarning))
  const fetched = await clock.run(fetchObject(new Endpoint(face, { clock }), X))
  t.ok(content.equals(fetched.content))
  t.equal(face.mostInFlight, 256)
  t.equal(fetched.retransmissions, 0)
  t.notOk(face.exceeded)
  t.same(warnings, [], 'so many listeners are no reason for a warning')
})

t.test('two who fetch one object over one face both get it, without a retransmission', async (t) => {
  const clock = new VirtualClock()
  const content = bytesOf(3000)
  const fine = { seed: 1, loss: 0, duplicates: 0, congestion: 0, delay: 1, echoesTokens: true }
  const face = new LossyFace(clock, new FakeObject({ content, segmentSize: 100 }), fine)
  const endpoint = new Endpoint(face, { clock })
  for (const fetched of await clock.run(Promise.all([fetchObject(endpoint, X), fetchObject(endpoint, X)]))) {
    t.ok(content.equals(fetched.content))
    t.equal(fetched.retransmissions, 0)
  }
  t.ok(clock.now() < 200)
})
