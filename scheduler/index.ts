export * from './algorithms/index.ts'
export * from './measures/index.ts'
export * from './model/index.ts'
export * from './validate/index.ts'
