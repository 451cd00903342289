export type { Loss, SimulatedTask, SimulatedTransfer, Simulation } from './result.ts'
export { type SimulateOptions, simulate } from './simulate.ts'
