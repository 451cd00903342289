import { InvalidArgumentError, Option } from 'commander'
import { timeoutArgument } from './options.ts'
import { DEFAULT_SEARCH_MS } from './planning.ts'

export const topologyOption = (): Option =>
  new Option('--topology <file>', 'hosts, networks and what is deployed where: YAML').makeOptionMandatory()

export const policyOption = (): Option =>
  new Option(
    '--policy <policy>',
    'when images are fetched: when the tasks before have finished, or ahead, at the start',
  )
    .choices(['on-demand', 'ahead'])
    .default('on-demand')

export const timeLimitOption = (): Option =>
  new Option('--time-limit <ms>', 'longest time for a scheduler that searches: milliseconds, or e.g. 10s')
    .argParser(timeoutArgument)
    .default(DEFAULT_SEARCH_MS)

/** @param what it is for */
export const seedOption = (what = 'for schedulers that draw lots'): Option =>
  new Option('--seed <number>', `${what} (default: 1)`).argParser((text) => {
    const seed = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed))
      throw new InvalidArgumentError('write a whole number from 0 on.')
    return seed
  })

export const simulateOption = (): Option =>
  new Option('--simulate', 'play the plan, with transfers that share the links')
