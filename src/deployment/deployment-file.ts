import {
  checkCount,
  checkSize,
  entriesOf,
  keysOf,
  type Path,
  type ProblemList,
  readText,
  validate,
  yamlSource,
} from '../../files/index.ts'
import type { FunctionCall } from '../packet/index.ts'
import {
  type DeploymentText,
  deploymentFile,
  MAX_CHAINS,
  MAX_CONTENTS,
  MAX_FUNCTIONS,
  MAX_TASKS,
  MAX_WORKFLOW_INPUTS,
  MAX_WORKFLOWS,
} from './deployment-schema.ts'
import { readChains, readContents, readFunction, UNSAID } from './entries.ts'
import { MAX_FILE_BYTES } from './fields.ts'
import type { KnownFunctions } from './known-functions.ts'
import type { DeployedContent, DeployedTask, Deployment } from './model.ts'
import { checkSurroundings, type Places } from './surroundings.ts'
import { countInputs } from './task-groups.ts'
import { readWorkflow, type TaskPlaces, type WorkflowEntry, workflowEntry } from './workflow-file.ts'

/** How deep what is wrong may be in the file to be left out alone: a field of a task of a workflow. */
const DEPTHS = [5, 4, 3, 2]

/** A deployment, and where in its file all is. */
export class DeploymentFile {
  readonly deployment: Deployment
  readonly #places: Places
  readonly #problems: ProblemList

  constructor(deployment: Deployment, places: Places, problems: ProblemList) {
    this.deployment = deployment
    this.#places = places
    this.#problems = problems
  }

  /**
   * Checks what the file alone does not tell: functions with their versions and parameters, media types from one to the next, nodes.
   * @param nodes names of those of the network
   * @throws FileError with all that is wrong
   */
  check(functions: KnownFunctions, nodes: readonly string[]): void {
    const problems = this.#problems.again()
    checkSurroundings(this.deployment, this.#places, functions, nodes, problems)
    problems.throwIfAny()
  }
}

/** A deployment file as its author wrote it. @throws FileError where it cannot be read, or is larger than {@link MAX_FILE_BYTES} */
export function readDeploymentText(file: string): Promise<string> {
  return readText(file, MAX_FILE_BYTES)
}

/**
 * Reads a deployment in YAML, as `deployments/README.md` says.
 * @param file its name, for what is said of it
 * @throws FileError with all that is wrong, each as `FILE:LINE: FIELD: REASON`
 */
export function readDeployment(text: string, file: string): DeploymentFile {
  checkSize(text, file, MAX_FILE_BYTES)
  const source = yamlSource(text, file)
  const { problems } = source
  const { data, isWrong } = validate(deploymentFile, source, { depths: DEPTHS, standIns: { name: '-' } })
  if (data === undefined) problems.throwIfAny()
  const { name, chains, content, workflows, functions } = data as DeploymentText
  const raw = (source.value ?? {}) as RawFile
  checkCounts(raw, data as DeploymentText, problems)
  const entries = entriesOf(raw.workflows, workflows).map(([key, fields]) =>
    workflowEntry(key, fields, raw.workflows?.[key]?.tasks),
  )
  checkCount(sum(entries.map(inputsOf)), MAX_WORKFLOW_INPUTS, 'inputs of tasks', problems)

  const tasks = new Map<DeployedTask, TaskPlaces>()
  const contents = new Map<DeployedContent, Path>()
  const parts = {
    chains: readChains(chains, problems),
    workflows: entries.flatMap(
      (entry) =>
        readWorkflow(entry, (...path) => isWrong('workflows', entry.name, ...path), tasks, problems) ?? [],
    ),
    contents: readContents(entriesOf(raw.content, content), contents, problems),
  }
  const said = entriesOf(raw.functions, functions).map(([key, fields]) => readFunction(key, fields, problems))
  problems.throwIfAny()

  const places = new Map(said.map((one): [string, Path] => [one.name, ['functions', one.name]]))
  const addUse = (call: FunctionCall, path: Path): void => {
    if (!places.has(call.name)) places.set(call.name, path)
  }
  for (const [index, chain] of parts.chains.entries())
    for (const call of chain.functions) addUse(call, ['chains', index])
  for (const [task, { call }] of tasks) addUse(task.call, call)
  checkCount(places.size, MAX_FUNCTIONS, 'functions', problems)
  if (places.size === 0)
    problems.addAt([], 'it has nothing to deploy: give it functions, chains or workflows')
  problems.throwIfAny()

  const unsaid = [...places.keys()].slice(said.length).map((key) => readFunction(key, UNSAID, problems))
  const deployment = { name, functions: [...said, ...unsaid], ...parts }
  return new DeploymentFile(deployment, { functions: places, tasks, contents }, problems)
}

/** A file as it is written, of which anything may be wrong. */
interface RawFile {
  readonly functions?: unknown
  readonly workflows?: Readonly<Record<string, { readonly tasks?: unknown } | null>>
  readonly content?: unknown
}

/** @throws FileError before so many are made */
function checkCounts(raw: RawFile, { chains, workflows }: DeploymentText, problems: ProblemList): void {
  const tasks = Object.values(workflows).map((one) =>
    sum(Object.values(one.tasks).map(({ each = 1 }) => each)),
  )
  checkCount(keysOf(raw.functions).length, MAX_FUNCTIONS, 'functions', problems)
  checkCount(chains.length, MAX_CHAINS, 'chains', problems)
  checkCount(keysOf(raw.workflows).length, MAX_WORKFLOWS, 'workflows', problems)
  checkCount(sum(tasks), MAX_TASKS, 'tasks', problems)
  checkCount(keysOf(raw.content).length, MAX_CONTENTS, 'contents', problems)
}

function inputsOf({ groups }: WorkflowEntry): number {
  return sum([...groups.values()].map((group) => group.names.length * countInputs(group, groups)))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
