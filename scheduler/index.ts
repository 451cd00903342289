export * from './algorithms/index.ts'
export * from './model/index.ts'
export * from './online/index.ts'
export * from './simulate/index.ts'
