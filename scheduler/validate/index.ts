export { check, violations } from './validator.ts'
export { InvalidScheduleError, type Violation, type ViolationKind } from './violation.ts'
