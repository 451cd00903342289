export { Random, type Range } from './random.ts'
