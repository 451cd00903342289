export { Placement, UNPLACED } from './placement.ts'
