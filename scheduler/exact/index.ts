export { EXACT_NAME } from './partial-schedule.ts'
export type { ExactOptions, ExactProgress, ExactResult } from './result.ts'
export { type SolveOptions, searchExactly, solveExactly } from './solve.ts'
