import { random, single } from './baselines.ts'
import { cap } from './capacity.ts'
import { cpop } from './cpop.ts'
import { heft } from './heft.ts'
import { com } from './locality.ts'
import { peft } from './peft.ts'
import type { Algorithm } from './scheduler.ts'
import { cuvFix, sfCuv } from './sf-cuv/sf-cuv.ts'

export { earliestFinishVcpu } from './list.ts'
export { type Algorithm, type AlgorithmOptions, schedule } from './scheduler.ts'
export { cap, com, cpop, cuvFix, heft, peft, random, sfCuv, single }

/** SF-CUV, its rivals, and two baselines. */
export const ALGORITHMS: readonly Algorithm[] = [sfCuv, cuvFix, heft, peft, cpop, cap, com, random, single]
