export type { Actual, ActualLoss, ActualTransfer } from './actual.ts'
export { type GanttOptions, ganttChart } from './gantt.ts'
export { type LineFigure, type LinePoint, type LineSeries, lineChart } from './lines.ts'
export { describeWait } from './wait-text.ts'
