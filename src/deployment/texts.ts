import type { Path, ProblemList } from '../../files/index.ts'
import { type Chain, type FunctionCall, type Name, parseCall, parseChain, UriError } from '../packet/index.ts'
import { FUNCTION_NAME } from './fields.ts'
import { WORKFLOWS } from './workflow-name.ts'

// What a file says in the language of chains. Each reader tells what is wrong at `path`, and then gives undefined.

/** `age-gender:extract-faces:detect-faces/camera/lobby` */
export function readChain(text: string, path: Path, problems: ProblemList): Chain | undefined {
  const chain = read(() => parseChain(text), path, problems)
  if (chain === undefined) return undefined
  if (chain.functions.length === 0) {
    problems.addAt(path, 'it has no function: write one before the name, such as resize/camera/lobby')
    return undefined
  }
  const areCalls = chain.functions.map((call) => isCall(call, path, problems))
  return areCalls.includes(false) || !isContent(chain.content, path, problems) ? undefined : chain
}

/** `tile(index=0,of=4)` */
export function readCall(text: string, path: Path, problems: ProblemList): FunctionCall | undefined {
  const call = read(() => parseCall(text), path, problems)
  return call !== undefined && isCall(call, path, problems) ? call : undefined
}

/** `/camera/lobby` */
export function readContentName(text: string, path: Path, problems: ProblemList): Name | undefined {
  const chain = read(() => parseChain(text), path, problems)
  if (chain === undefined) return undefined
  if (chain.functions.length > 0) {
    problems.addAt(path, `must be the name of content, such as /camera/lobby, and is '${text}'`)
    return undefined
  }
  return isContent(chain.content, path, problems) ? chain.content : undefined
}

function isCall({ name }: FunctionCall, path: Path, problems: ProblemList): boolean {
  if (FUNCTION_NAME.test(name)) return true
  problems.addAt(path, `'${name}' is no name of a function: one has 1 to 64 of a-z, 0-9 and -`)
  return false
}

function isContent(name: Name, path: Path, problems: ProblemList): boolean {
  if (!WORKFLOWS.isPrefixOf(name)) return true
  problems.addAt(path, `names below ${WORKFLOWS} are those of workflows`)
  return false
}

function read<T>(parse: () => T, path: Path, problems: ProblemList): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof UriError)) throw error
    // What follows shows the text with a mark below it.
    problems.addAt(path, error.message.split('\n', 1)[0] as string)
    return undefined
  }
}
