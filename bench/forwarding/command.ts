import { Command, InvalidArgumentError } from 'commander'
import { atLeast, atLeastTimes, atMostTimes, below, belowTimesCase } from '../aims.ts'
import { type Cleanup, withCleanup } from '../cleanup.ts'
import { JSON_OPTION, positive, progress, runBench } from '../command-line.ts'
import type { Figure } from '../figures.ts'
import { CASES } from './cases.ts'
import { IMPLEMENTATIONS } from './forwarder-process.ts'
import { measureExchanges } from './measure-exchanges.ts'
import { measureGc } from './measure-gc.ts'
import { GROWTH_CASES, measureGrowth } from './measure-growth.ts'
import { measureThreads } from './measure-threads.ts'
import { profileForwarders } from './profile-forwarders.ts'
import { TestBed } from './test-bed.ts'

/** Length of one measurement, and of the one of the garbage collector, in seconds. */
const SECONDS = 2
const GC_SECONDS = 60

/** Parts that are no exchanges, by the names that `--only` chooses by. */
const GC = 'gc'
const PROFILE = 'profile'
const THREADS = 'threads'

const AIMS = [
  atLeast('throughput, window 64, 1024 B, unix', 'ndn-sfc', 100_000),
  atLeast('throughput, window 256, 1024 B, unix', 'ndn-sfc', 150_000),
  atLeastTimes('throughput, window 256, 1024 B, unix', 'ndn-sfc', 10, '@ndn/fw'),
  atLeastTimes('throughput, window 256, 1024 B, unix', 'ndn-sfc', 0.5, 'relay'),
  atMostTimes('latency p50, window 1, 1024 B, unix', 'ndn-sfc', 1.3, 'relay'),
  atLeast('throughput, Content Store, window 256', 'ndn-sfc', 200_000),
  belowTimesCase('time an exchange, FIB of 1000000', 'ndn-sfc', 2, 'time an exchange, FIB of 10'),
  below('memory of an entry, PIT of 1000000', 'ndn-sfc', 400),
]

interface ForwardingOptions {
  readonly json?: true
  readonly all?: true
  readonly rounds: number
  readonly seconds?: number
  readonly only?: RegExp
}

export function forwardingCommand(): Command {
  return new Command('forwarding')
    .description(
      `Interests through our forwarder and Data back, beside @ndn/fw and a relay that only copies octets. Without options the
headline cases, in less than five minutes. See bench/README.md for the method.`,
    )
    .option(...JSON_OPTION)
    .option('--rounds <n>', 'how often each measurement is repeated', positive(Number.parseInt), 5)
    .option(
      '--seconds <s>',
      `length of one measurement (default: ${SECONDS}; ${GC} ${GC_SECONDS})`,
      positive(Number.parseFloat),
    )
    .option('--all', `the whole matrix, growth, ${THREADS} and ${GC}`)
    .option(
      '--only <regex>',
      `the cases whose name matches, of all of them; also: growth, ${GC}, ${THREADS}, ${PROFILE}, which shows where time goes`,
      regex,
    )
    .action(forwarding)
}

async function forwarding(options: ForwardingOptions): Promise<void> {
  await runBench({
    name: 'forwarding',
    aims: AIMS,
    isJson: options.json === true,
    measure: (folder, cleanup) => measure(options, folder, cleanup),
  })
}

async function measure(options: ForwardingOptions, folder: string, cleanup: Cleanup): Promise<Figure[]> {
  const { rounds, seconds = SECONDS, all, only } = options
  const isChosen = (name: string): boolean => only?.test(name) ?? all === true
  const cases = CASES.filter(({ name, isHeadline }) => isChosen(name) || (only === undefined && isHeadline))
  const growth = GROWTH_CASES.filter(({ name }) => isChosen(name))
  const wantsProfile = only?.test(PROFILE) === true
  if (cases.length + growth.length === 0 && !isChosen(GC) && !isChosen(THREADS) && !wantsProfile) {
    throw new Error(`--only ${only?.source}: no case has such a name. There are:\n${allNames().join('\n')}`)
  }
  const duration = 1000 * seconds
  const inBed = <T>(run: (bed: TestBed) => Promise<T>): Promise<T> =>
    // The forwarders are gone before the next part, so that they take nothing away from it.
    withCleanup(async (own) => run(await TestBed.start(IMPLEMENTATIONS, folder, own, progress)))
  const figures: Figure[] = []
  if (cases.length > 0)
    figures.push(...(await inBed((bed) => measureExchanges(bed, cases, { rounds, duration, progress }))))
  if (growth.length > 0)
    figures.push(...(await measureGrowth(growth, { rounds, duration, cleanup, progress })))
  if (isChosen(THREADS)) figures.push(...(await measureThreads({ rounds, duration, cleanup, progress })))
  if (isChosen(GC)) {
    const long = 1000 * (options.seconds ?? GC_SECONDS)
    figures.push(...(await inBed((bed) => measureGc(bed, long, progress))))
  }
  if (wantsProfile)
    figures.push(...(await inBed((bed) => profileForwarders(bed, { folder, duration, progress }))))
  return figures
}

function allNames(): string[] {
  return [...CASES, ...GROWTH_CASES].map(({ name }) => name).concat(GC, THREADS, PROFILE)
}

function regex(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
