export { heft } from './heft.ts'
export { type Algorithm, type AlgorithmOptions, schedule } from './scheduler.ts'
