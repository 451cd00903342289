import { checkCount, checkSize, fail, type Position, ProblemList } from '../../files/index.ts'
import { DEFAULT_USAGE, NO_DEMANDS, type Workflow } from '../model/index.ts'
import { baseName } from './base-name.ts'
import { readEdges } from './edges.ts'
import {
  ANY_TYPE,
  DEFAULT_IMPORT_BANDWIDTH,
  DEFAULT_IMPORT_SPEED,
  type ImportOptions,
} from './import-options.ts'
import { limitsOf } from './limits.ts'

/** Tasks that STG adds to those it counts: one before all and one after all, without work. */
const DUMMIES = 2

/**
 * Reads a file of the Standard Task Graph Set (Tobita and Kasahara 2002): the number of tasks, then for each its number, its
 * time, how many predecessors it has, and these; what follows `#` is left out. With communication costs, each predecessor
 * stands with its cost, on a line of its own or on that of its task. A unit of time is a second at `speed` and `bandwidth`. All
 * tasks are of one type, `task`, which has no image. The dummy tasks stay.
 * @param file its name, for what is said of it
 * @throws FileError
 */
export function parseStg(text: string, file: string, options: ImportOptions = {}): Workflow {
  const limits = limitsOf(options)
  const { speed = DEFAULT_IMPORT_SPEED, bandwidth = DEFAULT_IMPORT_BANDWIDTH } = options
  checkSize(text, file, limits.bytes)
  const problems = new ProblemList(file)
  const [head, ...rows] = rowsOf(text, problems)
  problems.throwIfAny()
  const announced = head?.numbers[0]
  if (head === undefined || announced === undefined || head.numbers.length > 1)
    return fail(
      file,
      head?.position ?? { line: 1 },
      'the first line must be the number of tasks, and only that',
    )
  const tasks = readTasks(rows, problems)
  checkCount(Math.max(announced, tasks.length - DUMMIES), limits.tasks, 'tasks', problems)
  checkCount(
    tasks.reduce((sum, { before }) => sum + before.length, 0),
    limits.edges,
    'edges',
    problems,
  )
  if (tasks.length !== announced && tasks.length !== announced + DUMMIES)
    problems.add(
      head.position,
      `it should have ${announced} tasks and ${DUMMIES} dummy tasks, and has ${tasks.length} in all`,
    )
  checkTasks(tasks, problems)
  const edges = readEdges(
    tasks.map(({ number }) => `${number}`),
    tasks.flatMap(({ number, before }) =>
      before.map(({ task, cost, place }) => ({
        from: `${task}`,
        to: `${number}`,
        data: cost * bandwidth,
        place,
      })),
    ),
    problems,
  )
  problems.throwIfAny()
  return {
    name: baseName(file),
    types: [{ name: ANY_TYPE, layers: [], architectures: undefined }],
    tasks: tasks.map(({ number, time }) => ({
      name: `${number}`,
      type: ANY_TYPE,
      work: time * speed,
      times: undefined,
      usage: DEFAULT_USAGE,
      input: 0,
      demands: NO_DEMANDS,
    })),
    edges,
  }
}

/** The numbers of a line. */
interface Row {
  readonly position: Position
  readonly numbers: readonly number[]
}

interface StgTask {
  readonly position: Position
  readonly number: number
  readonly time: number
  readonly before: { task: number; cost: number; place: Position }[]
}

function rowsOf(text: string, problems: ProblemList): Row[] {
  return text.split('\n').flatMap((whole, index) => {
    const position = { line: index + 1 }
    const words = whole.replace(/#.*/, '').trim().split(/\s+/)
    if (words[0] === '') return []
    const wrong = words.find((word) => !/^\d+(\.\d+)?$/.test(word))
    if (wrong !== undefined) {
      const isNegative = /^-\d/.test(wrong)
      problems.add(position, isNegative ? `${wrong} is negative` : `${wrong} is no number`)
      return []
    }
    return [{ position, numbers: words.map(Number) }]
  })
}

function readTasks(rows: readonly Row[], problems: ProblemList): StgTask[] {
  const tasks: StgTask[] = []
  for (let at = 0; at < rows.length; at++) {
    const { position, numbers } = rows[at] as Row
    const [number = 0, time, count, ...rest] = numbers
    if (time === undefined || count === undefined) {
      problems.add(position, 'a task must have its number, its time and how many predecessors it has')
      continue
    }
    const task: StgTask = { position, number, time, before: [] }
    tasks.push(task)
    const add = (one: number, cost: number, place: Position): unknown =>
      task.before.push({ task: one, cost, place })
    if (rest.length === count) for (const one of rest) add(one, 0, position)
    else if (rest.length === 2 * count) {
      for (let i = 0; i < rest.length; i += 2) add(rest[i] as number, rest[i + 1] as number, position)
    } else if (rest.length === 0) {
      for (let i = 0; i < count; i++) {
        const next = rows[at + 1]
        if (next?.numbers.length !== 2) break
        add(next.numbers[0] as number, next.numbers[1] as number, next.position)
        at++
      }
    }
    if (task.before.length !== count)
      problems.add(
        position,
        `task ${number} should have ${count} predecessors, and has ${rest.length || task.before.length}`,
      )
  }
  return tasks
}

function checkTasks(tasks: readonly StgTask[], problems: ProblemList): void {
  const lines = new Map<number, number>()
  for (const { number, position } of tasks) {
    const other = lines.get(number)
    if (other !== undefined)
      problems.add(position, `there are two tasks with the number ${number}; the other is in line ${other}`)
    if (!Number.isInteger(number)) problems.add(position, `${number} is no number of a task`)
    lines.set(number, position.line)
  }
}
