export * from './algorithms/index.ts'
export * from './chart/index.ts'
export * from './model/index.ts'
export * from './validate/index.ts'
