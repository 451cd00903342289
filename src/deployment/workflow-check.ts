import { checkEdges, didYouMean, type Path, type ProblemList } from '../../files/index.ts'
import { MAX_INPUTS } from '../endpoint/index.ts'
import { CONTENT } from './deployment-schema.ts'
import { countInputs, neededFor, placeOfInput, type TaskGroup } from './task-groups.ts'

/** Most characters of a task's name. */
const MAX_NAME_LENGTH = 63

/** Tasks that one message names. */
const SHOWN_TASKS = 10

/**
 * Finds edges that lead to no task or round, and tasks whose names or inputs do not go together.
 * @param names of all groups, with those that are wrong in themselves
 */
export function checkGroups(
  names: readonly string[],
  groups: ReadonlyMap<string, TaskGroup>,
  problems: ProblemList,
): void {
  checkNames([...groups.values()], problems)
  const edges = [...groups.values()].flatMap((group) =>
    group.from.map((from, index) => ({ from, to: group.name, place: placeOfInput(group, index) })),
  )
  for (const { from, to, place } of checkEdges([CONTENT, ...names], edges, problems)) {
    const [giver, taker] = [groups.get(from)?.fields.each, groups.get(to)?.fields.each]
    if (giver !== undefined && taker !== undefined && giver !== taker) {
      const reason = 'each takes from one, so there must be as many'
      problems.addAt(place, `there are ${taker} of ${to} and ${giver} of ${from}: ${reason}`)
    }
  }
  for (const group of groups.values()) {
    const count = countInputs(group, groups)
    if (count > MAX_INPUTS)
      problems.addAt(
        [...group.path, 'from'],
        `a task has at most ${MAX_INPUTS} inputs, and this would have ${count}`,
      )
  }
}

function checkNames(groups: readonly TaskGroup[], problems: ProblemList): void {
  const taken = new Map<string, TaskGroup>()
  for (const group of groups) {
    const longest = group.names.at(-1) as string
    if (longest.length > MAX_NAME_LENGTH)
      problems.addAt(group.path, `a name has at most ${MAX_NAME_LENGTH} characters, and ${longest} has more`)
    const other = group.names.map((name) => taken.get(name)).find((one) => one !== undefined)
    if (other !== undefined)
      problems.addAt(
        group.path,
        `there are two tasks with the name ${group.names.find((name) => taken.has(name))}; the other is of ${other.name}`,
      )
    for (const name of group.names) taken.set(name, group)
  }
}

/**
 * The group that gives a workflow's result; undefined where that cannot be told.
 * @param said what the file says that it is
 * @param path of the workflow
 */
export function findResult(
  said: string | undefined,
  groups: ReadonlyMap<string, TaskGroup>,
  path: Path,
  problems: ProblemList,
): string | undefined {
  const place = said === undefined ? path : [...path, 'result']
  const result = said ?? onlySink(groups, path, problems)
  if (result === undefined) return undefined
  const group = groups.get(result)
  if (group === undefined) {
    problems.addAt(place, `there is no task ${result}${didYouMean(result, groups.keys())}`)
    return undefined
  }
  if (group.fields.each !== undefined)
    problems.addAt(
      place,
      `${result} is ${group.fields.each} tasks, and a result is of one: have a task take from them all`,
    )
  const needed = neededFor(result, groups)
  for (const { name, path: own } of groups.values())
    if (!needed.has(name)) problems.addAt(own, `nobody needs it: it does not lead to the result, ${result}`)
  return result
}

function onlySink(
  groups: ReadonlyMap<string, TaskGroup>,
  path: Path,
  problems: ProblemList,
): string | undefined {
  const taken = new Set([...groups.values()].flatMap(({ from }) => from))
  const sinks = [...groups.keys()].filter((name) => !taken.has(name))
  if (sinks.length > 1) {
    const shown = [...sinks.slice(0, SHOWN_TASKS), ...(sinks.length > SHOWN_TASKS ? ['…'] : [])]
    problems.addAt(path, `say which is its result: no other task takes from any of ${shown.join(', ')}`)
  }
  return sinks.length === 1 ? sinks[0] : undefined
}
