import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Forwarder } from '@ndn/fw'
import { UnixTransport } from '@ndn/node-transport'
import { Name as NdntsName } from '@ndn/packet'
import { BufferChunkSource, discoverVersion, fetch, serveVersioned } from '@ndn/segmented-object'
import t, { type Test } from 'tap'
import { fetchObject, SegmentedObject } from '../../src/endpoint/index.ts'
import { listen } from '../../src/face/index.ts'
import { Name } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { bytesOf } from './fixtures/objects.ts'
import { serveObject } from './fixtures/producer.ts'
import { Router } from './fixtures/router.ts'

const CONTENT = bytesOf(100_000)

/** Our router with NDNts at a Unix socket. */
async function meet(t: Test, prefix?: Name): Promise<{ router: Router; fw: Forwarder }> {
  const folder = await mkdtemp(join(tmpdir(), 'ndn-sfc-test-'))
  const router = new Router()
  const path = join(folder, 'router.sock')
  let onFace: () => void
  const hasFace = new Promise<void>((resolve) => {
    onFace = resolve
  })
  const listener = await listen(`unix://${path}`, (face) => {
    const id = router.add(face)
    if (prefix !== undefined) router.forwarder.fib.add(prefix, id, 0)
    onFace()
  })
  const fw = Forwarder.create()
  const face = await UnixTransport.createFace({ fw, addRoutes: [new NdntsName('/')] }, path)
  await hasFace
  t.teardown(async () => {
    face.close()
    fw.close()
    await listener.close()
    await rm(folder, { recursive: true })
  })
  return { router, fw }
}

t.test('NDNts finds the version of our object and fetches it through our router', async (t) => {
  const { router, fw } = await meet(t)
  const name = Name.parse('/ours/photo')
  serveObject(
    router.connect(name),
    new SegmentedObject({ name, version: 42, content: CONTENT, freshnessPeriod: 1000, signer: digestSigner }),
  )
  const found = await discoverVersion(new NdntsName('/ours/photo'), { cOpts: { fw } })
  t.equal(found.toString(), '/8=ours/8=photo/54=%2A')
  t.ok(CONTENT.equals(await fetch(found, { fw })))
})

t.test('we fetch an object of NDNts through our router', async (t) => {
  const name = Name.parse('/theirs/photo')
  const { router, fw } = await meet(t, name)
  const source = new BufferChunkSource(CONTENT, { chunkSize: 3000 })
  const server = serveVersioned('/theirs/photo', source, { version: 7, pOpts: { fw } })
  t.teardown(() => server.close())
  const fetched = await fetchObject(router.endpoint(), name)
  t.equal(fetched.name.toString(), '/theirs/photo/v=7')
  t.equal(fetched.segments, 34)
  t.ok(CONTENT.equals(fetched.content))
})
