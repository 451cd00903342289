export { SubmitError } from './errors.ts'
export { type OnlineOptions, OnlineScheduler } from './online-scheduler.ts'
