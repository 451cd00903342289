import { Name, TlvReader, TT } from '../packet/index.ts'

/** Most names of regions. */
export const MAX_REGIONS = 64

/** The regions that this forwarder is in: where an Interest's ForwardingHint has led it to one, the hint has done its work (NFD). */
export class NetworkRegion {
  #names: readonly Name[] = []
  readonly #reader = new TlvReader()

  get names(): readonly Name[] {
    return this.#names
  }

  /** @throws RangeError on more than {@link MAX_REGIONS} */
  set(names: readonly Name[]): void {
    if (names.length > MAX_REGIONS) throw new RangeError(`${names.length} regions, at most ${MAX_REGIONS}`)
    this.#names = [...names]
  }

  /** Whether a ForwardingHint, whose TLV-VALUE is in a buffer, leads to one of these regions. */
  isReached(buffer: Uint8Array, start: number, end: number): boolean {
    if (this.#names.length === 0) return false
    const reader = this.#reader.reset(buffer, start, end)
    while (reader.next()) {
      if (reader.type !== TT.Name) continue
      const delegation = new Name(reader.value)
      if (this.#names.some((region) => delegation.isPrefixOf(region))) return true
    }
    return false
  }
}
