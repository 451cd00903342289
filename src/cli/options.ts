import { InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../function/index.ts'

/** Longest time that an option takes, in milliseconds: what a timer of Node can wait for. */
const MAX_TIME_MS = 2 ** 31 - 1

export const homeOption = (): Option =>
  new Option('--home <dir>', "folder of the node's state (default: ~/.ndn-sfc)").env('NDN_SFC_HOME')

export const routerOption = (): Option =>
  new Option(
    '--router <address>',
    'unix:///PATH or tcp://HOST:PORT (default: the socket in the home folder)',
  ).env('NDN_SFC_ROUTER')

export const jsonOption = (): Option => new Option('--json', 'print JSON')

export const engineOption = (): Option =>
  new Option(
    '--engine <kind>',
    'where functions run; auto: docker where a Docker Engine answers, otherwise process',
  ).choices(['docker', 'process', 'auto'])

/** Reads milliseconds: `1500`, or with a unit: `90s`, `2m`. */
export function timeArgument(text: string): number {
  const ms = parseDuration(/^\d+$/.test(text) ? Number(text) : text)
  if (ms === undefined) throw new InvalidArgumentError(`write milliseconds, or a time such as 90s or 2m.`)
  if (ms > MAX_TIME_MS) throw new InvalidArgumentError(`at most ${MAX_TIME_MS} milliseconds.`)
  return ms
}

/** As `timeArgument`, more than nothing. */
export function timeoutArgument(text: string): number {
  const ms = timeArgument(text)
  if (ms === 0) throw new InvalidArgumentError('0 leaves no time for an answer.')
  return ms
}

/** Examples at the end of a command's help. */
export function examples(...pairs: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...pairs.map(([command]) => command.length))
  const lines = pairs.map(([command, what]) =>
    width > 70 ? `  # ${what}\n  $ ${command}` : `  $ ${command.padEnd(width)}  # ${what}`,
  )
  return `\nExamples:\n${lines.join('\n')}`
}
