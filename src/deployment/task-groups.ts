import { entriesOf, type Path, type ProblemList } from '../../files/index.ts'
import type { FunctionCall } from '../packet/index.ts'
import { CONTENT, type TaskText } from './deployment-schema.ts'
import { readCall } from './texts.ts'

/** A task as it is written: one, or with `each` several of a kind. */
export interface TaskGroup {
  readonly name: string
  /** Of the group in the file. */
  readonly path: Path
  readonly fields: TaskText
  /** Names of groups, or `content`. */
  readonly from: readonly string[]
  /** Of its tasks. */
  readonly names: readonly string[]
}

/** @param raw the tasks as they are in the file */
export function groupsOf(raw: unknown, tasks: Readonly<Record<string, TaskText>>, above: Path): TaskGroup[] {
  return entriesOf(raw, tasks).map(([name, fields]): TaskGroup => {
    const { from, each } = fields
    return {
      name,
      path: [...above, name],
      fields,
      from: typeof from === 'string' ? [from] : from,
      names: each === undefined ? [name] : Array.from({ length: each }, (_, index) => `${name}-${index + 1}`),
    }
  })
}

/** Where a group says that it takes inputs from the one at an index of `from`. */
export function placeOfInput({ path, fields }: TaskGroup, index: number): Path {
  return typeof fields.from === 'string' ? [...path, 'from'] : [...path, 'from', index]
}

/**
 * What a task takes from one entry of `from`: from a group of as many as its own the one with its number, else all.
 * @param index of the task in its group
 */
export function inputsFrom(
  source: TaskGroup | undefined,
  { fields }: TaskGroup,
  index: number,
): readonly (string | undefined)[] {
  if (source === undefined) return [undefined]
  const isPair = fields.each !== undefined && source.fields.each !== undefined
  return isPair ? [source.names[index]] : source.names
}

/** How many inputs a task of a group has. */
export function countInputs(group: TaskGroup, groups: ReadonlyMap<string, TaskGroup>): number {
  return group.from.reduce((sum, name) => sum + inputsFrom(groups.get(name), group, 0).length, 0)
}

/** The calls of a group's tasks; a fault is told once, and then it is undefined. */
export function callsOf(group: TaskGroup, problems: ProblemList): readonly FunctionCall[] | undefined {
  const { name, path, fields, names } = group
  const place = [...path, 'function']
  const text = fields.function ?? name
  const unknown =
    /\{(?!(?:i|n|each)\})[^}]*\}?/.exec(text)?.[0] ??
    (fields.each === undefined ? /\{[^}]*\}/.exec(text)?.[0] : undefined)
  if (unknown !== undefined) {
    const reason = 'only {i}, {n} and {each} can stand there, in a task with each'
    problems.addAt(place, `${unknown} means nothing here: ${reason}`)
    return undefined
  }
  const calls: FunctionCall[] = []
  for (const index of names.keys()) {
    const call = readCall(fill(text, index, names.length), place, problems)
    if (call === undefined) return undefined
    calls.push(call)
  }
  return calls
}

function fill(text: string, index: number, each: number): string {
  return text
    .replaceAll('{i}', `${index}`)
    .replaceAll('{n}', `${index + 1}`)
    .replaceAll('{each}', `${each}`)
}

/** Groups, each after those that it takes from. There must be no circle. */
export function inOrder(groups: ReadonlyMap<string, TaskGroup>): TaskGroup[] {
  const ordered = new Set<TaskGroup>()
  const visit = (name: string): void => {
    const group = groups.get(name)
    if (group === undefined || ordered.has(group)) return
    for (const before of group.from) visit(before)
    ordered.add(group)
  }
  for (const name of groups.keys()) visit(name)
  return [...ordered]
}

/** The group named and all that it needs, directly or not. */
export function neededFor(result: string, groups: ReadonlyMap<string, TaskGroup>): Set<string> {
  const needed = new Set([result])
  for (const name of needed) for (const before of groups.get(name)?.from ?? []) needed.add(before)
  needed.delete(CONTENT)
  return needed
}
