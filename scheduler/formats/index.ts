export { FileError, type FileProblem } from '../../files/index.ts'
export { parseDot } from './dot.ts'
export {
  DEFAULT_IMPORT_BANDWIDTH,
  DEFAULT_IMPORT_IMAGE,
  DEFAULT_IMPORT_SPEED,
  type ImportOptions,
} from './import-options.ts'
export { platformSchema, workflowSchema } from './json-schema.ts'
export { DEFAULT_FILE_LIMITS, type FileLimits, type LimitOptions } from './limits.ts'
export { parsePlatform } from './platform-file.ts'
export { readPlatform, readWorkflow } from './read.ts'
export { parseStg } from './stg.ts'
export { parseWfFormat } from './wfformat.ts'
export { parseWorkflow } from './workflow-file.ts'
export { formatPlatform } from './write-platform.ts'
export { formatWorkflow } from './write-workflow.ts'
