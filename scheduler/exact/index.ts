export { EXACT_NAME } from './partial-schedule.ts'
export { type ExactOptions, type ExactProgress, type ExactResult, searchExactly } from './search.ts'
export { type SolveOptions, solveExactly } from './solve.ts'
