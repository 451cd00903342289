export { findScheduler, SCHEDULERS } from './registry.ts'
export type { PlanOptions, Progress, Scheduler } from './scheduler.ts'
export { DEFAULT_TIME_LIMIT_MS, planWithin, type TimeLimit } from './within.ts'
