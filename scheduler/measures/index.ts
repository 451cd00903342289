export { type Measures, measure } from './measure.ts'
export { type Transfer, transfersOf } from './transfers.ts'
export { type Wait, waitsFor } from './waits.ts'
