import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTable, DATA_BYTES, type TableLimits, type TableUnderTest } from './table-under-test.ts'

/** The table that grows. */
export type Table = 'FIB' | 'PIT' | 'Content Store'

export interface Growth {
  readonly table: Table
  /** Entries. */
  readonly size: number
  /** How long to measure each time, milliseconds. */
  readonly duration: number
}

export interface GrowthSample {
  /** Microseconds for an Interest of a new name and its Data. */
  readonly exchange: number
  /** Microseconds for an Interest that the Content Store answers. */
  readonly hit: number | undefined
  /** Octets, without those of the packet that the Content Store keeps. */
  readonly entry: number
}

/** Entries of the tables that do not grow. */
const OTHER_SIZE = 16

/** Exchanges between two looks at the clock. */
const CHUNK = 1000

/** Exchanges that are done first, so that code is compiled and what it needs for itself is there. */
const WARM_UP = 20_000

/** Numbers of names that a table is filled with; those of exchanges lie below. */
const FIRST_KEPT = 2 ** 31

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Fills one table and measures it. For a process of its own: memory is told by what all of it uses. */
export function measureTable({ table, size, duration }: Growth): GrowthSample {
  const { memory: fixed } = fill(table, 1)
  const { filled, routes, memory } = fill(table, size)
  // Before the exchanges, which put other names into the Content Store.
  const hit = table === 'Content Store' ? time(duration, hits(filled, size)) : undefined
  const exchange = time(duration, exchanges(filled, routes))
  const packet = table === 'Content Store' ? DATA_BYTES : 0
  return { exchange, hit, entry: (memory - fixed) / size - packet }
}

interface Filled {
  readonly filled: TableUnderTest
  readonly routes: number
  /** Octets in use by this process with it. */
  readonly memory: number
}

function fill(table: Table, size: number): Filled {
  const routes = table === 'FIB' ? size : OTHER_SIZE
  const limits: TableLimits = {
    routes,
    pending: OTHER_SIZE + (table === 'PIT' ? size : 0),
    cached: table === 'Content Store' ? size : OTHER_SIZE,
  }
  const filled = createTable(limits)
  for (let route = 0; route < routes; route++) filled.addRoute(route)
  const run = exchanges(filled, routes)
  run(WARM_UP)
  if (table === 'PIT') for (let i = 0; i < size; i++) filled.receiveInterest(i % routes, FIRST_KEPT + i)
  if (table === 'Content Store')
    for (let i = 0; i < size; i++) exchangeOne(filled, i % routes, FIRST_KEPT + i)
  if (table === 'PIT' && filled.pending !== size) throw new Error(`${filled.pending} Interests are pending`)
  if (table === 'Content Store' && filled.cached !== size)
    throw new Error(`${filled.cached} packets are cached`)
  return { filled, routes, memory: memoryInUse() }
}

function exchangeOne(table: TableUnderTest, route: number, number: number): void {
  table.receiveInterest(route, number)
  table.receiveData(route, number)
}

let nextNumber = 0

/** Names never asked for before, below routes in no order. @throws Error unless each Interest and each Data went on */
function exchanges(table: TableUnderTest, routes: number): (count: number) => void {
  return (count) => {
    const { data, interests } = table.sent
    for (let i = 0; i < count; i++) {
      const number = nextNumber++
      exchangeOne(table, scatter(number) % routes, number)
    }
    if (table.sent.data - data !== count || table.sent.interests - interests !== count) {
      throw new Error(
        `${count} exchanges: ${table.sent.interests - interests} Interests and ${table.sent.data - data} Data went on`,
      )
    }
  }
}

/** Names in the Content Store, in no order. @throws Error unless each is answered from there */
function hits(table: TableUnderTest, size: number): (count: number) => void {
  let asked = 0
  return (count) => {
    const { data, interests } = table.sent
    for (let i = 0; i < count; i++) {
      const kept = scatter(asked++) % size
      table.receiveInterest(kept % OTHER_SIZE, FIRST_KEPT + kept)
    }
    if (table.sent.data - data !== count || table.sent.interests !== interests) {
      throw new Error(`${count} hits: ${table.sent.data - data} Data went on`)
    }
  }
}

/** A number of 32 bits for each such number, in no order. */
function scatter(number: number): number {
  const mixed = Math.imul(number ^ (number >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

/** Microseconds for one. */
function time(duration: number, run: (count: number) => void): number {
  const began = performance.now()
  let count = 0
  let elapsed = 0
  do {
    run(CHUNK)
    count += CHUNK
    elapsed = performance.now() - began
  } while (elapsed < duration)
  return (1000 * elapsed) / count
}

function memoryInUse(): number {
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
