import t from 'tap'
import {
  type FaceCreation,
  FaceFlag,
  type FaceQueryFilter,
  faceQueryFilter,
  faceStatus,
} from '../../src/management/index.ts'
import { Component, TT } from '../../src/packet/index.ts'
import { CLIENT, makeFaceStatus } from './fakes.ts'
import { TestNode } from './fixture.ts'

const URI = 'tcp4://192.0.2.1:6363'

t.test('a face is created as persistent, unless the client says otherwise', async (t) => {
  const node = new TestNode()
  node.faces.statuses.set(9, makeFaceStatus(9, { uri: URI, flags: 4 }))
  node.faces.creation = { kind: 'created', face: 9 }
  t.same(await node.command('faces/create', { uri: URI }), {
    statusCode: 200,
    statusText: 'OK',
    parameters: {
      faceId: 9,
      uri: URI,
      localUri: 'tcp4://192.0.2.2:6363',
      flags: 4,
      facePersistency: 'persistent',
    },
  })
  await node.command('faces/create', {
    uri: URI,
    localUri: 'tcp4://192.0.2.2:0',
    facePersistency: 'permanent',
    baseCongestionMarkingInterval: 1,
    defaultCongestionThreshold: 2,
    mtu: 1400,
    flags: FaceFlag.LocalFields,
    mask: FaceFlag.LocalFields | FaceFlag.CongestionMarking,
  })
  t.same(node.faces.calls, [
    ['create', URI, undefined, { persistency: 'persistent' }],
    [
      'create',
      URI,
      'tcp4://192.0.2.2:0',
      {
        persistency: 'permanent',
        baseCongestionMarkingInterval: 1,
        defaultCongestionThreshold: 2,
        mtu: 1400,
        localFields: true,
        congestionMarking: false,
      },
    ],
  ])
})

t.test('why a face is not created is told', async (t) => {
  const node = new TestNode()
  const codes: Readonly<Record<Exclude<FaceCreation['kind'], 'created' | 'exists'>, number>> = {
    'bad-uri': 400,
    'not-canonical': 400,
    unsupported: 406,
    'timed-out': 408,
    full: 503,
    unreachable: 504,
  }
  for (const [kind, statusCode] of Object.entries(codes) as [keyof typeof codes, number][]) {
    node.faces.creation = { kind, detail: `because of ${kind}` }
    t.same(await node.command('faces/create', { uri: URI }), { statusCode, statusText: `because of ${kind}` })
  }
  node.faces.creation = { kind: 'exists', face: CLIENT }
  t.match(await node.command('faces/create', { uri: URI }), {
    statusCode: 409,
    statusText: 'Face with remote URI already exists',
    parameters: { faceId: CLIENT, uri: 'unix://', mtu: 8800 },
  })
  node.faces.creation = { kind: 'created', face: 4711 }
  t.match(await node.command('faces/create', { uri: URI }), { statusCode: 504, statusText: /closed at once/ })
})

t.test('a face is updated: the one that the command came from, where it names none', async (t) => {
  const node = new TestNode()
  node.faces.statuses.set(9, makeFaceStatus(9))
  t.match(await node.command('faces/update', { flags: 1, mask: 1 }), {
    statusCode: 200,
    parameters: { faceId: CLIENT, facePersistency: 'persistent', flags: 0, mtu: 8800 },
  })
  t.match(await node.command('faces/update', { faceId: 0, mtu: 1000 }), { statusCode: 200 })
  t.match(await node.command('faces/update', { faceId: 9, facePersistency: 'permanent' }), {
    statusCode: 200,
  })
  t.same(node.faces.calls, [
    ['update', CLIENT, { localFields: true }],
    ['update', CLIENT, { mtu: 1000 }],
    ['update', 9, { persistency: 'permanent' }],
  ])
})

t.test('an update is refused', async (t) => {
  const node = new TestNode()
  node.faces.statuses.set(9, makeFaceStatus(9))
  await t.test('of a face that is not there', async (t) => {
    t.match(await node.command('faces/update', { faceId: 4711 }), { statusCode: 404 })
    t.match(await node.command('faces/update', {}, 'unknown'), {
      statusCode: 404,
      statusText: /the face that the command came from is not known/,
    })
  })
  await t.test('to fields for programs on this host, of a face to another', async (t) => {
    t.same(await node.command('faces/update', { faceId: 9, flags: 5, mask: 7 }), {
      statusCode: 409,
      statusText: 'face 9 cannot have: localFields',
      parameters: { flags: 1, mask: 1 },
    })
    t.same(node.faces.calls, [])
  })
  await t.test('to what the face cannot have', async (t) => {
    node.faces.refused = ['persistency', 'lpReliability', 'mtu']
    const asked = { faceId: 9, facePersistency: 'on-demand', mtu: 1, flags: 2, mask: 6 } as const
    t.same(await node.command('faces/update', asked), {
      statusCode: 409,
      statusText: 'face 9 cannot have: persistency, lpReliability, mtu',
      parameters: { facePersistency: 'on-demand', mtu: 1, flags: 2, mask: 2 },
    })
    node.faces.refused = ['baseCongestionMarkingInterval', 'defaultCongestionThreshold']
    const other = { baseCongestionMarkingInterval: 1, defaultCongestionThreshold: 2 }
    t.same((await node.command('faces/update', { faceId: 9, ...other })).parameters, other)
  })
})

t.test('a face is destroyed, and one that is not there is as good as that', async (t) => {
  const node = new TestNode()
  t.match(await node.command('faces/destroy', { faceId: 4711 }), {
    statusCode: 200,
    parameters: { faceId: 4711 },
  })
  t.match(await node.command('faces/destroy', { faceId: CLIENT }), { statusCode: 200 })
  t.equal(node.faces.statuses.size, 0)
  t.match(await node.command('faces/destroy', { faceId: 0 }), { statusCode: 400 })
  t.match(await node.command('faces/destroy', {}), {
    statusCode: 400,
    statusText: 'FaceId is required but missing',
  })
})

t.test('faces are found by all that a query names', async (t) => {
  const node = new TestNode()
  node.faces.statuses.set(9, makeFaceStatus(9))
  node.faces.statuses.set(
    10,
    makeFaceStatus(10, {
      uri: 'udp4://224.0.23.170:56363',
      linkType: 'multi-access',
      facePersistency: 'permanent',
    }),
  )
  const query = async (filter: FaceQueryFilter): Promise<number[]> => {
    const component = new Component(TT.GenericNameComponent, faceQueryFilter.encode(filter))
    return faceStatus.decodeAll(await node.dataset('faces/query', component)).map(({ faceId }) => faceId)
  }
  t.same(await query({}), [CLIENT, 9, 10])
  t.same(await query({ faceId: 9 }), [9])
  t.same(await query({ uriScheme: 'tcp4' }), [CLIENT, 9, 10], 'of either side')
  t.same(await query({ uriScheme: 'udp4' }), [10])
  t.same(await query({ uriScheme: 'udp' }), [])
  t.same(await query({ uri: 'tcp4://192.0.2.1:9' }), [9])
  t.same(await query({ localUri: 'tcp4://192.0.2.2:6363' }), [CLIENT, 9, 10])
  t.same(await query({ faceScope: 'local' }), [CLIENT])
  t.same(await query({ facePersistency: 'permanent' }), [10])
  t.same(await query({ linkType: 'multi-access' }), [10])
  t.same(await query({ linkType: 'multi-access', faceId: 9 }), [])
  t.same(await query({ uriScheme: 'udp4', faceId: 9 }), [])
})
