import t from 'tap'
import { resultHash } from '../../../src/forwarder/strategies/index.ts'
import { hashesOf } from '../fixture.ts'

const DIGEST = '00'.repeat(32)

function hashOf(uri: string): number {
  return resultHash(hashesOf(uri))
}

t.test('all that belongs to one result has one hash', async (t) => {
  const hash = hashOf('/128=F/a')
  for (const uri of [
    '/128=F/a/v=1',
    '/128=F/a/v=2/seg=7',
    '/128=F/a/seg=0',
    `/128=F/a/v=1/seg=0/sha256digest=${DIGEST}`,
    '/128=F/a/v=1/32=trace',
    '/128=F/a/v=1/32=trace/v=9/seg=0',
    '/128=F/a/v=5/v=1/seg=0',
  ])
    t.equal(hashOf(uri), hash, uri)
})

t.test('what belongs to another result has another hash', async (t) => {
  const uris = [
    '/128=F/a',
    '/128=F/b',
    '/128=G/a',
    '/128=F/130=x/a',
    '/128=F/a/32=trace',
    '/128=F/a/v=1/32=other',
    '/128=F/a/v=1/trace',
    '/128=F/a/v=1/x',
    '/128=F/a/off=1',
  ]
  t.equal(new Set(uris.map(hashOf)).size, uris.length)
})

t.test('a name of nothing but a version is itself', async (t) => {
  t.equal(hashOf('/v=1/seg=1'), hashOf('/v=1'))
  t.not(hashOf('/v=1'), hashOf('/v=2'))
  t.doesNotThrow(() => hashOf('/'))
})
