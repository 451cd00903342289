export * from './algorithms/index.ts'
export * from './exact/index.ts'
export * from './model/index.ts'
