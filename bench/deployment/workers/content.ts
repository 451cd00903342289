// Publishes photographs under every name below /camera, and a short text under every name below /text.
// Arguments: the router's address, the home folder whose trust anchor certifies this producer, photographs …

import { readFile } from 'node:fs/promises'
import { registerPrefix } from '../../../src/control/index.ts'
import { Endpoint, newVersion, SegmentedObject, splitSegment } from '../../../src/endpoint/index.ts'
import { connect } from '../../../src/face/index.ts'
import { Name } from '../../../src/packet/index.ts'
import { digestSigner, Keychain } from '../../../src/trust/index.ts'
import { serveWorker } from '../../worker.ts'

/** How long content is fresh, in milliseconds. */
const FRESHNESS_MS = 60_000

/** Objects that are kept for those who fetch their later segments. */
const MAX_KEPT = 64

const CAMERA = Name.parse('/camera')
const TEXT = Name.parse('/text')

const [address = '', home = '', ...files] = process.argv.slice(2)
const photographs = await Promise.all(files.map((file) => readFile(file)))
const text = Buffer.from('hello')
const keychain = await Keychain.open(home)
const { signer } = await keychain.producerIdentity('bench')
const kept = new Map<string, SegmentedObject>()

/** `/camera/N/…` is photograph N, of those that there are. */
function contentOf(name: Name): { content: Uint8Array; mediaType: string } {
  if (!CAMERA.isPrefixOf(name)) return { content: text, mediaType: 'text/plain' }
  const number = Number(name.at(1)?.text ?? 0)
  return { content: photographs[number % photographs.length] ?? text, mediaType: 'image/jpeg' }
}

function objectOf(name: Name): SegmentedObject {
  const object = new SegmentedObject({
    name,
    version: newVersion(),
    ...contentOf(name),
    freshnessPeriod: FRESHNESS_MS,
    signer,
  })
  kept.set(object.name.key, object)
  for (const key of kept.keys()) {
    if (kept.size <= MAX_KEPT) break
    kept.delete(key)
  }
  return object
}

const endpoint = new Endpoint(await connect(address), {
  onInterest: ({ name }, pitToken) => {
    const asked = splitSegment(name)
    const object = asked === undefined ? objectOf(name) : kept.get(name.slice(0, -1).key)
    const segment = object?.segment(asked?.segment ?? 0)
    if (segment instanceof Uint8Array) endpoint.answer(segment, pitToken)
  },
})
for (const prefix of [CAMERA, TEXT]) await registerPrefix(endpoint, prefix, digestSigner)
serveWorker({})
