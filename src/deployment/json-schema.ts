import { z } from 'zod'
import { deploymentFile } from './deployment-schema.ts'
import { networkFile } from './network-schema.ts'

/** The JSON Schema (draft 2020-12) of a file that `readDeployment` reads, for editors. Names that lead nowhere it does not find. */
export function deploymentSchema(): object {
  return z.toJSONSchema(deploymentFile, { io: 'input' })
}

/** The JSON Schema (draft 2020-12) of a file that `readNetwork` reads, for editors. */
export function networkSchema(): object {
  return z.toJSONSchema(networkFile, { io: 'input' })
}
