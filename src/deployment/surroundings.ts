import { didYouMean, type Path, type ProblemList } from '../../files/index.ts'
import {
  formatMediaTypes,
  type Manifest,
  mediaTypeFits,
  ParameterError,
  readParameters,
} from '../function/index.ts'
import type { FunctionCall, Name } from '../packet/index.ts'
import type { KnownFunctions } from './known-functions.ts'
import type { DeployedContent, DeployedTask, DeployedWorkflow, Deployment } from './model.ts'
import type { TaskPlaces } from './workflow-file.ts'

/** Where in the file that is of which a deployment is made. */
export interface Places {
  /** Where each function is named first. */
  readonly functions: ReadonlyMap<string, Path>
  readonly tasks: ReadonlyMap<DeployedTask, TaskPlaces>
  readonly contents: ReadonlyMap<DeployedContent, Path>
}

/** Names of which one message tells. */
const SHOWN_NAMES = 10

/** Checks a deployment against what the repository has and the network is. */
export function checkSurroundings(
  deployment: Deployment,
  places: Places,
  functions: KnownFunctions,
  nodes: readonly string[],
  problems: ProblemList,
): void {
  checkFunctions(deployment, places, functions, problems)
  checkNodes(deployment, places, nodes, problems)
  const checker = new CallChecker(deployment, functions, problems)
  for (const [index, { functions: calls, content }] of deployment.chains.entries()) {
    const path = ['chains', index]
    for (const [at, call] of calls.entries()) {
      const before = calls[at + 1]
      checker.checkCall(call, 1, path)
      checker.checkInput(call, before ?? content, path)
    }
  }
  for (const workflow of deployment.workflows) checkTasks(workflow, places.tasks, checker)
}

function checkTasks(
  { content, tasks }: DeployedWorkflow,
  places: Places['tasks'],
  checker: CallChecker,
): void {
  const calls = new Map(tasks.map(({ name, call }) => [name, call]))
  for (const task of tasks) {
    const place = places.get(task)
    checker.checkCall(task.call, task.inputs.length, place?.call ?? [])
    for (const [index, input] of task.inputs.entries()) {
      const from = input === undefined ? content : (calls.get(input) as FunctionCall)
      checker.checkInput(task.call, from, place?.inputs[index] ?? [])
    }
  }
}

function checkFunctions(
  { functions }: Deployment,
  places: Places,
  known: KnownFunctions,
  problems: ProblemList,
): void {
  for (const { name, version } of functions) {
    if (known.facts(name) !== undefined) continue
    const versions = known.versions(name)
    const place = places.functions.get(name) ?? []
    if (version !== undefined && versions.length > 0)
      problems.addAt([...place, 'version'], `${name} has no version ${version}, but ${list(versions)}`)
    else {
      const near = didYouMean(name, known.names)
      const all = known.names.length === 0 ? '; it is empty' : `; it has ${list(known.names)}`
      problems.addAt(place, `there is no function ${name} in the repository${near || all}`)
    }
  }
}

function checkNodes(
  { functions, contents }: Deployment,
  places: Places,
  nodes: readonly string[],
  problems: ProblemList,
): void {
  const check = (name: string, path: Path): void => {
    if (!nodes.includes(name))
      problems.addAt(
        path,
        `there is no node ${name}${didYouMean(name, nodes) || `; there are ${list(nodes)}`}`,
      )
  }
  for (const { name, demands } of functions)
    for (const [index, demand] of demands.entries())
      if (demand.kind === 'node') check(demand.value, ['functions', name, 'demands', index])
  for (const content of contents)
    if (content.node !== undefined) check(content.node, [...(places.contents.get(content) ?? []), 'node'])
}

/** Holds calls against what is known of their functions. What is wrong alike with several tasks of a kind is told once. */
class CallChecker {
  readonly #contents: readonly DeployedContent[]
  readonly #functions: KnownFunctions
  readonly #problems: ProblemList
  readonly #told = new Set<string>()

  constructor({ contents }: Deployment, functions: KnownFunctions, problems: ProblemList) {
    // The longest prefix first.
    this.#contents = contents.toSorted((a, b) => b.prefix.length - a.prefix.length)
    this.#functions = functions
    this.#problems = problems
  }

  /** @param inputs number of them */
  checkCall({ name, parameters }: FunctionCall, inputs: number, path: Path): void {
    const manifest = this.#manifestOf(name)
    if (manifest === undefined) return
    if (inputs > 1 && manifest.inputs !== 'many')
      this.#tell(path, `${name} takes one input, and gets ${inputs}`)
    try {
      readParameters(manifest, parameters)
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error
      this.#tell(path, error.message)
    }
  }

  /** @param from function whose result it is, or content */
  checkInput({ name }: FunctionCall, from: FunctionCall | Name, path: Path): void {
    const manifest = this.#manifestOf(name)
    if (manifest === undefined) return
    const given = 'parameters' in from ? this.#manifestOf(from.name)?.output : this.#typeOf(from)
    if (given === undefined || mediaTypeFits(given, manifest.input)) return
    const takes = `${name} takes ${formatMediaTypes(manifest.input)}`
    this.#tell(path, `${takes}, and ${'parameters' in from ? `${from.name} gives` : `${from} is`} ${given}`)
  }

  #manifestOf(name: string): (Manifest & { readonly inputs?: 'one' | 'many' }) | undefined {
    return this.#functions.facts(name)?.manifest
  }

  #typeOf(name: Name): string | undefined {
    return this.#contents.find(({ prefix }) => prefix.isPrefixOf(name))?.mediaType
  }

  #tell(path: Path, reason: string): void {
    const key = JSON.stringify([path, reason])
    if (!this.#told.has(key)) this.#problems.addAt(path, reason)
    this.#told.add(key)
  }
}

function list(names: readonly string[]): string {
  return [...names.slice(0, SHOWN_NAMES), ...(names.length > SHOWN_NAMES ? ['…'] : [])].join(', ')
}
