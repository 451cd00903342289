import { runCommandLine } from '../../src/cli/program.ts'
import type { WarmOrder } from './warm-cli.ts'

// Carries out commands in a process that has loaded all already: a process for each would take most of a second.

process.on('message', ({ args, environment }: WarmOrder) => {
  process.env = { ...environment }
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)]
  void runCommandLine(args).then((code) => process.send?.({ code, stdout: stdout(), stderr: stderr() }))
})
process.on('disconnect', () => process.exit())

/** @returns what gives all that was written since, and ends the capture */
function capture(stream: NodeJS.WriteStream): () => string {
  const { write } = stream
  let text = ''
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const written = rest.find((one) => typeof one === 'function')
    if (written !== undefined) queueMicrotask(() => written())
    return true
  }
  return () => {
    stream.write = write
    return text
  }
}
