import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { Data as TheirData, Interest as TheirInterest } from '@ndn/packet'
import { Decoder } from '@ndn/tlv'
import t from 'tap'
import { Data, Interest, PacketError, type PacketErrorCode } from '../../src/packet/index.ts'
import { CORPUS } from './corpus.ts'
import { mutateElements, randomSource } from './mutate.ts'

const MUTANTS = 40_000
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 32))

const hex = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString('hex')

function compareInterests(ours: Interest, theirs: TheirInterest): void {
  assert.equal(hex(ours.name.value), hex(theirs.name.value))
  // To us, as to NFD, a signature before or without parameters is not there; to NDNts it is, and what follows it is late.
  if (ours.signatureInfo === undefined && theirs.sigInfo !== undefined) return
  assert.equal(ours.canBePrefix, theirs.canBePrefix)
  assert.equal(ours.mustBeFresh, theirs.mustBeFresh)
  const hint = theirs.fwHint?.delegations ?? []
  assert.deepEqual(
    ours.forwardingHint.map(({ value }) => hex(value)),
    hint.map(({ value }) => hex(value)),
  )
  assert.equal(ours.nonce, theirs.nonce)
  assert.equal(ours.lifetime, theirs.lifetime)
  assert.equal(ours.hopLimit ?? 255, theirs.hopLimit)
  assert.equal(hex(ours.applicationParameters), hex(theirs.appParameters))
  assert.equal(ours.signatureInfo?.type, theirs.sigInfo?.type)
  assert.equal(hex(ours.signatureInfo?.nonce), hex(theirs.sigInfo?.nonce))
  assert.equal(ours.signatureInfo?.time, theirs.sigInfo?.time)
  assert.equal(hex(ours.signatureInfo?.keyLocator?.value), hex(theirs.sigInfo?.keyLocator?.name?.value))
  assert.equal(hex(ours.signatureValue ?? Buffer.of()), hex(theirs.sigValue))
}

function compareData(ours: Data, theirs: TheirData): void {
  assert.equal(hex(ours.name.value), hex(theirs.name.value))
  assert.equal(ours.contentType, theirs.contentType)
  assert.equal(ours.freshnessPeriod, theirs.freshnessPeriod)
  assert.equal(ours.finalBlockId?.type, theirs.finalBlockId?.type)
  assert.equal(hex(ours.finalBlockId?.value), hex(theirs.finalBlockId?.value))
  assert.equal(hex(ours.content), hex(theirs.content))
  assert.equal(ours.signatureInfo.type, theirs.sigInfo.type)
  assert.equal(ours.signatureInfo.validity?.notAfter, theirs.sigInfo.validity?.notAfter)
  assert.equal(hex(ours.signatureInfo.keyLocator?.value), hex(theirs.sigInfo.keyLocator?.name?.value))
  assert.equal(hex(ours.signatureValue), hex(theirs.sigValue))
}

type Outcome = 'same' | 'only we accept' | 'both refuse' | PacketErrorCode

/** What became of a mutant; the code of our error where NDNts accepts what we refuse. */
function outcome(mutant: Uint8Array): Outcome {
  const isInterest = mutant[0] === 5
  let refusal: PacketErrorCode | undefined
  let ours: Interest | Data | undefined
  try {
    ours = isInterest ? Interest.decode(mutant) : Data.decode(mutant)
  } catch (error) {
    if (!(error instanceof PacketError)) throw error
    refusal = error.code
  }
  let theirs: TheirInterest | TheirData
  try {
    theirs = isInterest ? Decoder.decode(mutant, TheirInterest) : Decoder.decode(mutant, TheirData)
  } catch {
    return refusal === undefined ? 'only we accept' : 'both refuse'
  }
  if (ours instanceof Interest) compareInterests(ours, theirs as TheirInterest)
  else if (ours instanceof Data) compareData(ours, theirs as TheirData)
  return refusal ?? 'same'
}

t.test(
  'a mutated packet that both accept is read alike, and none is refused for order or criticality alone',
  async (t) => {
    const packets = Object.values(CORPUS).filter(([type]) => type === 5 || type === 6)
    const random = randomSource(SEED)
    const counts = new Map<Outcome, number>()
    for (let i = 0; i < MUTANTS; i++) {
      let mutant = packets[random(packets.length)] as Uint8Array
      for (let times = 1 + random(2); times > 0; times--) mutant = mutateElements(random, mutant, packets)
      if (mutant[0] !== 5 && mutant[0] !== 6) continue
      try {
        const found = outcome(mutant)
        counts.set(found, (counts.get(found) ?? 0) + 1)
      } catch (error) {
        throw new Error(`FUZZ_SEED=${SEED} ${hex(mutant)}`, { cause: error })
      }
    }
    for (const found of ['same', 'both refuse'] as const)
      t.ok((counts.get(found) ?? 0) > 1000, `${counts.get(found)} ${found}`)
    for (const code of [
      'unknown-critical',
      'out-of-order',
      'truncated',
      'not-a-packet',
      'bad-function-names',
    ] as const)
      t.equal(counts.get(code), undefined, `FUZZ_SEED=${SEED}: NDNts accepts what we refuse as ${code}`)
  },
)
