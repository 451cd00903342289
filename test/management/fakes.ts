import type {
  ContentStoreControl,
  FaceControl,
  FaceCreation,
  FaceStatus,
  NextHop,
  StrategyControl,
} from '../../src/management/index.ts'
import type { Name } from '../../src/packet/index.ts'

/** The face from which commands of these tests come. */
export const CLIENT = 300

export function makeFaceStatus(faceId: number, fields: Partial<FaceStatus> = {}): FaceStatus {
  return {
    faceId,
    uri: `tcp4://192.0.2.1:${faceId}`,
    localUri: 'tcp4://192.0.2.2:6363',
    faceScope: 'non-local',
    facePersistency: 'persistent',
    linkType: 'point-to-point',
    nInInterests: 1,
    nInData: 2,
    nInNacks: 3,
    nOutInterests: 4,
    nOutData: 5,
    nOutNacks: 6,
    nInBytes: 7,
    nOutBytes: 8,
    flags: 0,
    ...fields,
  }
}

export class FakeFaces implements FaceControl {
  readonly statuses = new Map<number, FaceStatus>()
  readonly calls: unknown[][] = []
  creation: FaceCreation = { kind: 'created', face: CLIENT }
  refused: ReturnType<FaceControl['update']> = []
  accepting = ['unix:///run/nfd/nfd.sock', 'tcp4://0.0.0.0:6363']

  status(face: number) {
    return this.statuses.get(face)
  }
  list() {
    return this.statuses.values()
  }
  channels() {
    return this.accepting
  }
  async create(...call: Parameters<FaceControl['create']>) {
    this.calls.push(['create', ...call])
    return this.creation
  }
  update(...call: Parameters<FaceControl['update']>) {
    this.calls.push(['update', ...call])
    return this.refused
  }
  destroy(face: number) {
    this.calls.push(['destroy', face])
    this.statuses.delete(face)
    return undefined
  }
}

/** A FIB with room for so many prefixes. */
export class FakeFib {
  readonly byPrefix = new Map<string, { prefix: Name; hops: readonly NextHop[] }>()
  maxPrefixes = 1000

  setNextHops(prefix: Name, hops: readonly NextHop[]): boolean {
    if (hops.length === 0) return this.byPrefix.delete(prefix.key)
    if (!this.byPrefix.has(prefix.key) && this.byPrefix.size >= this.maxPrefixes) return false
    this.byPrefix.set(prefix.key, { prefix, hops })
    return true
  }
  nextHops(prefix: Name): readonly NextHop[] {
    return this.byPrefix.get(prefix.key)?.hops ?? []
  }
  /** `/prefix face@cost …`, one for each prefix. */
  get text(): string[] {
    return [...this.byPrefix.values()].map(({ prefix, hops }) =>
      [prefix, ...hops.map(({ face, cost }) => `${face}@${cost}`)].join(' '),
    )
  }
}

export class FakeStore implements ContentStoreControl {
  settings = { capacity: 65536, admit: true, serve: false }
  entries = 1000
  hits = 5
  misses = 6
  largest = 100_000

  configure(changes: Partial<FakeStore['settings']>) {
    if ((changes.capacity ?? 0) > this.largest) return `capacity is at most ${this.largest}`
    this.settings = { ...this.settings, ...changes }
    return undefined
  }
  erase(_prefix: Name, limit: number) {
    const erased = Math.min(limit, this.entries)
    this.entries -= erased
    return { erased, hasMore: this.entries > 0 }
  }
}

export class FakeStrategies implements StrategyControl {
  readonly available = new Map([
    ['best-route', [5, 1, 3]],
    ['multicast', [4]],
  ])
  readonly chosen = new Map<string, Parameters<StrategyControl['set']>>()
  result: ReturnType<StrategyControl['set']> = 'ok'

  set(...choice: Parameters<StrategyControl['set']>) {
    if (this.result === 'ok') this.chosen.set(choice[0].toString(), choice)
    return this.result
  }
  unset(prefix: Name) {
    this.chosen.delete(prefix.toString())
  }
  *choices() {
    for (const [prefix, strategy] of this.chosen.values()) yield { prefix, ...strategy }
  }
}

export const GENERAL = {
  nfdVersion: 'test',
  startTimestamp: 1000,
  currentTimestamp: 3000,
  nNameTreeEntries: 1,
  nFibEntries: 2,
  nPitEntries: 3,
  nMeasurementsEntries: 4,
  nCsEntries: 5,
  nInInterests: 6,
  nInData: 7,
  nInNacks: 8,
  nOutInterests: 9,
  nOutData: 10,
  nOutNacks: 11,
  nSatisfiedInterests: 12,
  nUnsatisfiedInterests: 13,
}
