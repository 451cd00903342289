export * from './algorithms/index.ts'
export * from './model/index.ts'
export * from './schedulers/index.ts'
export * from './seek/index.ts'
