import { readFileSync } from 'node:fs'
import {
  formatPlatform,
  formatWorkflow,
  platformFromTopology,
  platformSchema,
  sourceWorkflow,
  testbed,
  workflowSchema,
} from '../../../scheduler/index.ts'

export const TOPOLOGIES = new URL('../../../../topologies/', import.meta.url)

export function read(file: string): string {
  return readFileSync(new URL(file, TOPOLOGIES), 'utf8')
}

/** A file of topologies/ that code makes. */
interface Generated {
  readonly file: string
  /** What makes it, as one would write it. */
  readonly by: string
  readonly text: () => string
}

const network = (name: string): Generated => {
  const json = `networks/${name}.json`
  return {
    file: `${name}.yaml`,
    by: `platformFromTopology(${json})`,
    text: () => formatPlatform(platformFromTopology(JSON.parse(read(json)))),
  }
}

const yaml: Generated[] = [
  { file: 'testbed.yaml', by: 'testbed()', text: () => formatPlatform(testbed()) },
  ...['abilene', 'geant', 'nobel-eu'].map(network),
  { file: 'partitions-5.yaml', by: 'sourceWorkflow(5)', text: () => formatWorkflow(sourceWorkflow(5)) },
]

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

export const GENERATED: readonly Generated[] = [
  ...yaml.map(({ text, ...rest }) => ({ ...rest, text: () => header(rest) + text() })),
  { file: 'platform.schema.json', by: 'platformSchema()', text: () => json(platformSchema()) },
  { file: 'workflow.schema.json', by: 'workflowSchema()', text: () => json(workflowSchema()) },
]

function header({ file, by }: Omit<Generated, 'text'>): string {
  const kind = file.startsWith('partitions') ? 'workflow' : 'platform'
  return `# yaml-language-server: $schema=${kind}.schema.json\n# Made by ${by}: change that, not this.\n`
}
