/** A workflow that was not taken. What was planned before is as it was. */
export class SubmitError extends Error {
  override readonly name = 'SubmitError'
  /** `time-goes-back`: it comes before the one before, or at no time at all; `too-many-tasks`: more would be pending than may be. */
  readonly code: 'time-goes-back' | 'too-many-tasks'

  constructor(code: SubmitError['code'], message: string) {
    super(message)
    this.code = code
  }
}
