// Publishes the content under every name below /bench, each as a signed object of one segment.
// Arguments: the router's address, the home folder whose trust anchor certifies this producer.

import { registerPrefix } from '../../../src/control/index.ts'
import { Endpoint, newVersion, SegmentedObject } from '../../../src/endpoint/index.ts'
import { connect } from '../../../src/face/index.ts'
import { Name } from '../../../src/packet/index.ts'
import { digestSigner, Keychain } from '../../../src/trust/index.ts'
import { serveWorker } from '../../worker.ts'
import { CONTENT, PREFIX } from '../content.ts'

/** How long the content is fresh, in milliseconds. */
const FRESHNESS_MS = 10_000

const [address = '', home = ''] = process.argv.slice(2)
const keychain = await Keychain.open(home)
const { signer } = await keychain.producerIdentity('bench')
const endpoint = new Endpoint(await connect(address), {
  onInterest: ({ name }, pitToken) => {
    const object = new SegmentedObject({
      name,
      version: newVersion(),
      content: CONTENT,
      mediaType: 'application/octet-stream',
      freshnessPeriod: FRESHNESS_MS,
      signer,
    })
    endpoint.answer(object.segment(0) as Uint8Array, pitToken)
  },
})
await registerPrefix(endpoint, Name.parse(PREFIX), digestSigner)
serveWorker({})
