import t, { type Test } from 'tap'
import { type Face, listen } from '../../src/face/index.ts'
import { Forwarder } from '../../src/forwarder/index.ts'
import { type Link, type LinkEvent, Links, TooManyFacesError } from '../../src/router/links.ts'
import { makeHome } from './fixture.ts'

interface LinksUnderTest {
  readonly links: Links
  readonly forwarder: Forwarder
  readonly events: string[]
  /** Resolves with the next event of a kind. */
  next(kind: LinkEvent): Promise<Link>
}

function makeLinks(t: Test, maxFaces = 10): LinksUnderTest {
  const events: string[] = []
  const waiting: { kind: LinkEvent; resolve: (link: Link) => void }[] = []
  const forwarder = new Forwarder({ clock: () => performance.now() })
  const links = new Links({
    forwarder,
    maxFaces,
    faceOptions: { maxQueue: 100_000, timeout: 1000 },
    onActivity: () => {},
    onEvent: (kind, link) => {
      events.push(`${kind} ${link.id}`)
      for (const one of waiting.splice(0)) {
        if (one.kind === kind) one.resolve(link)
        else waiting.push(one)
      }
    },
    log: () => {},
  })
  t.teardown(() => links.close())
  const next = (kind: LinkEvent): Promise<Link> =>
    new Promise((resolve) => {
      waiting.push({ kind, resolve })
    })
  return { links, forwarder, events, next }
}

/** A peer that listens; its faces are those that came. */
async function makePeer(t: Test, address = 'tcp://127.0.0.1:0'): Promise<{ address: string; faces: Face[] }> {
  const faces: Face[] = []
  const listener = await listen(address, (face) => {
    faces.push(face)
    face.start({ onPacket: () => {}, onClose: () => {} })
  })
  t.teardown(async () => {
    for (const face of faces) face.close()
    await listener.close()
  })
  return { address: listener.address, faces }
}

t.test('a face to a peer is used again, however its FaceUri is spelled', async (t) => {
  const { links, events } = makeLinks(t)
  const { address } = await makePeer(t)
  const { link, isNew } = await links.dial(address)
  t.ok(isNew)
  t.ok(link.isDialled)
  t.same(await links.dial(address.replace('tcp4', 'tcp')), { link, isNew: false })
  t.equal(links.find(address), link)
  t.equal(links.find('tcp4://127.0.0.1:1'), undefined)
  t.equal(links.find('no address'), undefined)
  t.same(events, [`created ${link.id}`])
})

t.test('one that is being made is waited for, and not made again', async (t) => {
  const { links } = makeLinks(t)
  const { address } = await makePeer(t)
  const [first, second] = await Promise.all([links.dial(address), links.dial(address)])
  t.equal(first.link, second.link)
  t.same([first.isNew, second.isNew], [true, false])
  t.equal(links.all().size, 1)
})

t.test('of another form it is another face', async (t) => {
  const { links, forwarder } = makeLinks(t)
  const { address } = await makePeer(t)
  const { link: flat } = await links.dial(address)
  const { link: extended, isNew } = await links.dial(address, { form: 'extended' })
  t.ok(isNew)
  t.same([forwarder.form(flat.id), forwarder.form(extended.id)], ['flat', 'extended'])
})

t.test('the face of a peer that came by itself is used for what leads there', async (t) => {
  const { links, next } = makeLinks(t)
  await links.listen('udp4://127.0.0.1:0')
  const came = next('created')
  const [place] = links.addresses
  const other = makeLinks(t)
  const { link: there } = await other.links.dial(place as string)
  there.face.send(Buffer.from([5, 0]))
  const link = await came
  t.notOk(link.isDialled)
  t.same(await links.dial(link.face.remote), { link, isNew: false })
})

t.test('those who came through the Unix socket are trusted, and never taken for one another', async (t) => {
  const { links, next } = makeLinks(t)
  const address = `unix://${await makeHome(t)}/here.sock`
  await links.listen(address)
  const came = next('created')
  const other = makeLinks(t)
  const { link: dialled } = await other.links.dial(address)
  t.notOk(dialled.isTrusted, 'to connect to somebody is not to trust him')
  const link = await came
  t.ok(link.isTrusted)
  t.equal(link.face.remote, address)
  t.equal(links.find(address), undefined)
})

t.test('there are no more faces than may be, unless they must be', async (t) => {
  const { links } = makeLinks(t, 1)
  const [{ address: a }, { address: b }] = [await makePeer(t), await makePeer(t)]
  const dialling = links.dial(a)
  await t.rejects(links.dial(b), TooManyFacesError, 'one that is being made counts')
  await dialling
  await t.rejects(links.dial(b), { message: /there are 1 faces already; limits\.faces allows no more/ })
  t.ok((await links.dial(b, { isLimited: false })).isNew)
  links.setLimits({ maxFaces: 3, faceOptions: {} })
  t.ok((await links.dial((await makePeer(t)).address)).isNew)
})

t.test('where nobody answers nothing is left behind', async (t) => {
  const { links, events } = makeLinks(t)
  await t.rejects(links.dial('tcp4://127.0.0.1:1'), { code: 'unreachable' })
  t.equal(links.all().size, 0)
  t.same(events, [])
  await t.rejects(
    links.dial('tcp4://127.0.0.1:1'),
    { code: 'unreachable' },
    'it is tried again when asked again',
  )
})

t.test('a permanent face says when its link breaks, and when there is another', async (t) => {
  const { links, events, next, forwarder } = makeLinks(t)
  const { address, faces } = await makePeer(t)
  const up = next('up')
  const { link } = await links.dial(address, { persistency: 'permanent', reconnect: { firstWait: 1 } })
  await up
  while (faces.length === 0) await new Promise(setImmediate)
  const down = next('down')
  faces[0]?.close()
  await down
  await next('up')
  t.ok(forwarder.counters(link.id), 'the forwarder knows it all the while')
  const destroyed = next('destroyed')
  link.face.close()
  t.equal(await destroyed, link)
  t.same(
    events.map((event) => event.split(' ')[0]),
    ['created', 'up', 'down', 'up', 'destroyed'],
  )
  await new Promise(setImmediate)
  t.equal(forwarder.counters(link.id), undefined)
})

t.test('an address that is no longer listened at takes nobody, and those who are there stay', async (t) => {
  const { links, next } = makeLinks(t)
  await links.listen('tcp://127.0.0.1:0')
  const [place] = links.addresses
  const came = next('created')
  const other = makeLinks(t)
  await other.links.dial(place as string)
  const link = await came
  await links.unlisten('tcp://127.0.0.1:0')
  t.same(links.addresses, [])
  t.equal(links.get(link.id), link)
  await t.rejects(makeLinks(t).links.dial(place as string), { code: 'unreachable' })
})

t.test('what comes when the node is about to end is closed', async (t) => {
  const { links } = makeLinks(t)
  const { address } = await makePeer(t)
  const dialling = links.dial(address)
  links.refuseNew()
  const { link } = await dialling
  while (links.get(link.id) !== undefined) await new Promise(setImmediate)
  t.equal(links.all().size, 0)
})
