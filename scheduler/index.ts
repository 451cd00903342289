export * from './algorithms/index.ts'
export * from './formats/index.ts'
export * from './generate/index.ts'
export * from './model/index.ts'
