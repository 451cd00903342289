export { AVAILABILITIES, type Availability } from './availability.ts'
export { CpuMeter, readCpuTimes } from './cpu-meter.ts'
export { type FactOverrides, type MachineSource, type NodeFacts, readMachine } from './facts.ts'
export {
  changeLabels,
  checkLabelChanges,
  joinLabelChanges,
  type LabelChanges,
  LabelError,
  type Labels,
  MAX_LABEL_KEY,
  MAX_LABEL_VALUE,
  MAX_LABELS,
  parseLabelChanges,
  problemOfKey,
  problemOfValue,
} from './labels.ts'
export { vcpuCount } from './processors.ts'
export { Speed } from './speed.ts'
export { thisMachine } from './this-machine.ts'
export { writeWhole } from './write-whole.ts'
