import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import {
  type ByteSource,
  fetchObject,
  newVersion,
  SEGMENT_SIZE,
  SegmentedObject,
  splitSegment,
} from '../../src/endpoint/index.ts'
import { Component, Data, encodeLp, MAX_PACKET_SIZE, Name, type Signer } from '../../src/packet/index.ts'
import { createSigner, digestSigner, generatePrivateKey } from '../../src/trust/index.ts'
import { bytesOf } from './fixtures/objects.ts'
import { serveObject } from './fixtures/producer.ts'
import { Router } from './fixtures/router.ts'

const X = Name.parse('/x')

for (const [size, segments] of [
  [0, 1],
  [1, 1],
  [7999, 1],
  [8000, 1],
  [8001, 2],
  [2 ** 20, 132],
] as const) {
  t.test(
    `an object of ${size} bytes has ${segments} segments, and comes through a router whole`,
    async (t) => {
      const content = bytesOf(size)
      const fields = {
        name: X,
        version: 5,
        mediaType: 'image/png',
        freshnessPeriod: 100,
        signer: digestSigner,
      }
      const object = new SegmentedObject({ ...fields, content })
      t.match(object, { size, segments })
      for (const index of [-1, segments, segments + 1, Number.NaN]) t.equal(object.segment(index), undefined)
      const router = new Router()
      serveObject(router.connect(X), object)
      const fetched = await fetchObject(router.endpoint(), X)
      t.match(fetched, { segments, mediaType: 'image/png', freshnessPeriod: 100 })
      t.ok(fetched.name.equals(Name.parse('/x/v=5')))
      t.ok(content.equals(fetched.content))
    },
  )
}

t.test('every segment says which is the last', async (t) => {
  const object = new SegmentedObject({ name: X, version: 5, content: bytesOf(20_000), signer: digestSigner })
  for (const index of [0, 1, 2]) {
    const data = Data.decode((await object.segment(index)) as Uint8Array)
    t.equal(data.name.toString(), `/x/v=5/seg=${index}`)
    t.ok(data.finalBlockId?.equals(Component.segment(2)))
    t.equal(data.content.length, index < 2 ? SEGMENT_SIZE : 4000)
  }
})

/** Signers of every kind, with key locators of any length; ECDSA signatures differ in length. */
const signer: fc.Arbitrary<Signer> = fc
  .record({ type: fc.constantFrom('ed25519', 'p-256', 'digest'), locator: fc.nat(4000) })
  .map(({ type, locator }) => {
    if (type === 'digest') return digestSigner
    const keyLocator = Name.of(new Component(8, Buffer.alloc(locator)))
    return createSigner(KEYS[type as 'ed25519' | 'p-256'], keyLocator)
  })
const KEYS = { ed25519: generatePrivateKey('ed25519'), 'p-256': generatePrivateKey('p-256') }

t.test('no packet is too large, with the longest link header, whatever name and key locator', async (t) => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        components: fc.array(fc.nat(3000), { minLength: 1, maxLength: 4 }),
        version: fc.constantFrom(0, 1, newVersion(), Number.MAX_SAFE_INTEGER),
        size: fc.oneof(fc.nat(30_000), fc.constant(2 ** 31)),
        mediaType: fc.option(fc.string({ maxLength: 255, unit: 'grapheme-ascii' }), { nil: undefined }),
        freshnessPeriod: fc.constantFrom(0, 1000, Number.MAX_SAFE_INTEGER),
        contentType: fc.constantFrom(0, 3, Number.MAX_SAFE_INTEGER),
        signer,
      }),
      async ({ components, size, ...fields }) => {
        const name = Name.of(...components.map((length) => new Component(8, Buffer.alloc(length))))
        const content: ByteSource = { size, read: async (_, length) => Buffer.alloc(length) }
        const make = () => new SegmentedObject({ ...fields, name, content })
        const taken = name.value.length + (fields.signer.keyLocator?.value.length ?? 0)
        if (taken > 8600) {
          t.throws(make, RangeError)
          return
        }
        if (taken > 8000) return
        const object = make()
        accepted++
        let bytes = 0
        for (const index of new Set([0, 1, object.segments - 1])) {
          const wire = await object.segment(index)
          if (wire === undefined) continue
          const frame = encodeLp(wire, { pitToken: Buffer.alloc(32), congestionMark: 1 })
          if (frame.length > MAX_PACKET_SIZE) throw new Error(`${frame.length} octets`)
          bytes += Data.decode(wire).content.length
        }
        if (object.segments <= 3 && bytes !== size) throw new Error(`${bytes} bytes`)
      },
    ),
    { numRuns: 500 },
  )
  t.ok(accepted > 100, `${accepted} objects`)
})

t.test('a name that leaves no room for content is refused', async (t) => {
  const name = Name.of(new Component(8, Buffer.alloc(8700)))
  const make = () => new SegmentedObject({ name, version: 1, content: bytesOf(1), signer: digestSigner })
  t.throws(make, {
    name: 'RangeError',
    message: 'a name of 8707 octets leaves no room for content in a packet',
  })
})

t.test('a file is read piece by piece, only what is asked for', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ndn-sfc-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'file')
  const content = bytesOf(20_000)
  await writeFile(path, content)
  const file = await open(path)
  t.teardown(() => file.close())
  const reads: number[] = []
  const source: ByteSource = {
    size: content.length,
    async read(offset, length) {
      reads.push(offset)
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    },
  }
  const object = new SegmentedObject({ name: X, version: 1, content: source, signer: digestSigner })
  t.same(reads, [])
  const router = new Router()
  serveObject(router.connect(X), object)
  t.ok(content.equals((await fetchObject(router.endpoint(), X)).content))
  t.same(
    reads.sort((a, b) => a - b),
    [0, 8000, 16_000],
  )

  await truncate(path, 10_000)
  await t.rejects(object.segment(1) as Promise<Uint8Array>, {
    message: '/x/v=1: 2000 bytes instead of 8000 at 8000: its source has changed',
  })
})

t.test('an error of the source is the segment’s error, and the next attempt reads again', async (t) => {
  let fails = true
  const source: ByteSource = {
    size: 10,
    async read(_, length) {
      if (fails) throw new Error('EIO: i/o error')
      return Buffer.alloc(length)
    },
  }
  const object = new SegmentedObject({ name: X, version: 1, content: source, signer: digestSigner })
  await t.rejects(object.segment(0) as Promise<Uint8Array>, { message: 'EIO: i/o error' })
  fails = false
  t.equal(Data.decode((await object.segment(0)) as Uint8Array).content.length, 10)
})

t.test('content in memory is there at once', async (t) => {
  const object = new SegmentedObject({ name: X, version: 1, content: bytesOf(10), signer: digestSigner })
  t.ok(object.segment(0) instanceof Uint8Array)
})

t.test('the parts of a segment’s name', async (t) => {
  t.match(splitSegment(Name.parse('/x/y/v=7/seg=3')), { object: Name.parse('/x/y'), version: 7, segment: 3 })
  for (const uri of [
    '/x',
    '/x/v=7',
    '/x/seg=3',
    '/x/seg=3/v=7',
    '/x/v=7/50=%01%02%03',
    '/x/54=.../seg=1',
    '/seg=1',
  ])
    t.equal(splitSegment(Name.parse(uri)), undefined, uri)
})

t.test('versions only go up, whatever the clock does', async (t) => {
  const versions = [1000, 1000, 999, 1001, 0].map((now) => newVersion(Date.now() + now))
  t.same(
    versions,
    [...new Set(versions)].sort((a, b) => a - b),
  )
})
