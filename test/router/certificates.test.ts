import t from 'tap'
import { encodeInterest, Interest, type Name } from '../../src/packet/index.ts'
import { Certificates, MAX_CERTIFICATES_KEPT } from '../../src/router/certificates.ts'
import { Certificate, Keychain } from '../../src/trust/index.ts'
import { makeHome } from './fixture.ts'

const asking = (name: Name, canBePrefix = false): Interest =>
  Interest.decode(encodeInterest({ name, canBePrefix }))

t.test('however often instances are started, what others need stays', async (t) => {
  const keychain = await Keychain.open(await makeHome(t))
  const node = await keychain.nodeIdentity('gateway')
  const issue = (functionName: string): Certificate => {
    const keys = keychain.issueInstance({ node, functionName, digest: '0123456789abcdef' })
    return Certificate.parse(keys.certificate)
  }
  const certificates = new Certificates()
  certificates.add(node.certificate)
  const steady = issue('steady')
  certificates.add(steady)
  const flapping = Array.from({ length: MAX_CERTIFICATES_KEPT + 1 }, () => issue('flapping'))
  for (const certificate of flapping) certificates.add(certificate)

  for (const { name, wire } of [node.certificate, steady, ...flapping.slice(1)])
    t.same(certificates.find(asking(name)), wire)
  t.equal(certificates.find(asking((flapping[0] as Certificate).name)), undefined, 'the oldest is gone')
  t.same(certificates.find(asking(steady.keyName, true)), steady.wire, 'by the name of its key')
  t.equal(certificates.find(asking(steady.keyName)), undefined, 'which is not its own')
  const newest = flapping.at(-1) as Certificate
  t.same(certificates.find(asking(newest.identity, true)), newest.wire, 'the newest of an identity')
})
