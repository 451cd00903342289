import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { renewingIdentity } from '../../src/function/renewing-identity.ts'
import { makeFolder, writeIdentity } from './fixtures/identities.ts'

const HOUR = 3_600_000

t.test('a certificate is used until it is about to end, and then the new one in the file', async (t) => {
  const path = join(await makeFolder(t), 'identity.json')
  let now = Date.now()
  await writeIdentity(path, 'f', { lifetime: 2 * HOUR, now })
  const identity = renewingIdentity(
    path,
    (message) => t.fail(message),
    () => now,
  )
  const first = identity()
  await writeIdentity(path, 'f', { lifetime: 24 * HOUR, now: now + HOUR })
  now += HOUR - 1000
  t.equal(identity(), first, 'there is time yet')
  now += 2000
  const second = identity()
  t.notSame(second.certificate.name.toString(), first.certificate.name.toString())
  t.equal(identity(), second)
})

t.test(
  'while there is no new one the old one is used, and the file is not read for every packet',
  async (t) => {
    const path = join(await makeFolder(t), 'identity.json')
    let now = Date.now()
    const log: string[] = []
    await writeIdentity(path, 'f', { lifetime: HOUR / 2, now })
    const identity = renewingIdentity(
      path,
      (message) => log.push(message),
      () => now,
    )
    const first = identity()
    await rm(path)
    for (let i = 0; i < 100; i++) t.equal(identity(), first)
    t.same(log, [])
    now += 10_000
    for (let i = 0; i < 100; i++) t.equal(identity(), first)
    await writeFile(path, 'half a file')
    now += 10_000
    t.equal(identity(), first)
    t.equal(log.length, 2)
    await writeIdentity(path, 'f', { now })
    now += 10_000
    t.not(identity(), first)
  },
)

t.test('without a file there is no identity', async (t) => {
  const path = join(await makeFolder(t), 'identity.json')
  t.throws(() => renewingIdentity(path, () => {}), { name: 'TrustError', code: 'unavailable-file' })
})
