import type { Box } from './faces.ts'

/** One of the people in `application/vnd.ndn-sfc.people+json`. */
export interface Person {
  /** Years. */
  readonly age: number
  readonly gender: 'female' | 'male'
  /** How sure the model is of the gender, from 0.5 to 1. */
  readonly genderScore: number
  /** How sure the detector was of the face, from 0 to 1. */
  readonly score: number
  readonly box: Box
}
