/** What a schedule can do wrong. */
export type ViolationKind =
  | 'missing-task'
  | 'doubled-task'
  | 'unknown-task'
  | 'unknown-vcpu'
  | 'wrong-type'
  | 'wrong-duration'
  | 'not-finite'
  | 'before-release'
  /** A task that the options say is fixed is elsewhere, or at another time. */
  | 'fixed-task-moved'
  /** It starts before a predecessor's data can be there. */
  | 'precedence'
  /** It starts before its input from the file server can be there. */
  | 'input'
  | 'overlap'
  | 'cap'
  /** Its host has not the architecture or a label that it demands, or there is no image for the architecture. */
  | 'constraint'
  /** It starts before a layer of its image is there. */
  | 'image'
  /** Of a node, type or layer that is not there, or of a layer that is not one of the type's. */
  | 'unknown-download'
  | 'short-download'
  /** Of a layer that the node has, or is to have by then. */
  | 'doubled-download'
  /** Of layers of one type, which come one after another. */
  | 'overlapping-downloads'
  /** Before its policy allows it. */
  | 'early-download'
  | 'needless-download'
  | 'no-repository'
  | 'wrong-makespan'
  /** Policy or release are not those of the options. */
  | 'wrong-terms'

export interface Violation {
  readonly kind: ViolationKind
  readonly message: string
  readonly task?: string
  readonly vcpu?: string
  readonly node?: string
  readonly layer?: string
  /** By which the rule is broken: of `cap` in percent of the core, otherwise in seconds. Not there where nothing can be measured. */
  readonly by?: number
}

/** Takes what is found. */
export type Report = (violation: Violation) => void

/** A schedule that breaks rules of the model. */
export class InvalidScheduleError extends Error {
  override readonly name = 'InvalidScheduleError'
  readonly code = 'invalid-schedule'
  readonly violations: readonly Violation[]

  /** @param scheduler whose schedule it is */
  constructor(scheduler: string, violations: readonly Violation[]) {
    const shown = violations.slice(0, SHOWN).map(({ kind, message }) => `  ${kind}: ${message}`)
    const more = violations.length - shown.length
    const lines = [`the schedule of ${scheduler} breaks ${violations.length} rules:`, ...shown]
    super([...lines, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n'))
    this.violations = violations
  }
}

/** Violations that the message tells of. */
const SHOWN = 10
