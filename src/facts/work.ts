/**
 * Operations of one step of the work below, counted as it is written: six of shift and exclusive or, one mask, load, add and store
 * of an integer, load, multiply, add and store of a float, increment and comparison of the loop.
 */
const OPERATIONS_A_STEP = 16

/** Steps of one million instructions (MI): this is what the unit means, on every machine. */
const STEPS_A_MI = 1_000_000 / OPERATIONS_A_STEP

/** Raised when the work becomes another: speeds that were measured with the old one are then no good. */
export const WORK_VERSION = 1

/** Elements of each kind: together 768 KiB, more than the first level of caches holds and less than the last. */
const ELEMENTS = 65_536

/** What is calculated with. */
export interface WorkMemory {
  readonly integers: Int32Array
  readonly floats: Float64Array
  seed: number
}

export function newWorkMemory(): WorkMemory {
  return { integers: new Int32Array(ELEMENTS), floats: new Float64Array(ELEMENTS), seed: 0x2545f491 }
}

/**
 * Does one MI of integer, float and memory operations: always the same ones. The result stays in the memory, so that no compiler can
 * leave the work out.
 */
export function doOneMi(memory: WorkMemory): void {
  const { integers, floats } = memory
  let x = memory.seed
  for (let step = 0; step < STEPS_A_MI; step++) {
    // Xorshift (Marsaglia 2003): the next place in memory cannot be foreseen.
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    const place = x & (ELEMENTS - 1)
    integers[place] = (integers[place] as number) + x
    floats[place] = (floats[place] as number) * 0.5 + 1.25
  }
  memory.seed = x
}
