/** Most commands that are remembered against replay; some 200 octets each. */
export const MAX_REMEMBERED_COMMANDS = 4096

/**
 * Tells commands that were carried out before from new ones, in bounded memory. A command is remembered for as long
 * as its SignatureTime lets it pass; where that would be too many, the older half is
 * forgotten and all that is no younger is refused.
 */
export class ReplayGuard {
  readonly #window: number
  readonly #maxEntries: number
  /** SignatureTime of the last command by key, and of each by key and nonce. */
  readonly #seen = new Map<string, number>()
  /** Commands up to this time are refused: they may have been seen. */
  #floor: number

  /**
   * @param window how long a command may pass after its SignatureTime, milliseconds
   * @param startedAt milliseconds since the epoch; what was signed before it may have been seen by a predecessor
   */
  constructor(window: number, startedAt: number, maxEntries = MAX_REMEMBERED_COMMANDS) {
    this.#window = window
    this.#floor = startedAt - 1
    this.#maxEntries = maxEntries
  }

  /**
   * Whether this command is new; it no longer is afterwards.
   * Its time must be later than the last of its key (NDN Packet Format 0.3 §5.4) or, as two commands may be signed in
   * one millisecond or overtake each other, than the last of its key with the same nonce.
   * @param key name of the key, as `Name.key`
   * @param time SignatureTime, milliseconds since the epoch
   * @param now milliseconds since the epoch
   */
  admit(key: string, nonce: Uint8Array | undefined, time: number, now: number): boolean {
    // Time has passed while the command's certificate was fetched; what is forgotten by now must not pass.
    if (time <= this.#floor || time < now - this.#window) return false
    const id = `${Buffer.from(nonce ?? []).toString('hex')}:${key}`
    const last = this.#seen.get(id)
    if (last !== undefined && time <= last) return false
    if (last === undefined && this.#seen.size >= this.#maxEntries) this.#makeRoom(now)
    this.#seen.set(id, time)
    return true
  }

  /** Forgets what is too old to pass, or else the older half of all. */
  #makeRoom(now: number): void {
    for (const [id, time] of this.#seen) if (time < now - this.#window) this.#seen.delete(id)
    if (this.#seen.size < this.#maxEntries) return
    const times = [...this.#seen.values()].sort((a, b) => a - b)
    const floor = times[Math.floor(times.length / 2)] as number
    this.#floor = Math.max(this.#floor, floor)
    for (const [id, time] of this.#seen) if (time <= floor) this.#seen.delete(id)
  }
}
