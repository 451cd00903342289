#!/usr/bin/env node
import { ExitCode } from './exit-code.ts'
import { isLogStream } from './log-streams.ts'
import { runCommandLine } from './program.ts'

// Whoever reads the output, e.g. `head`, may have seen enough. A node goes on though nobody reads its log.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && isLogStream(stream)) return
    if (error.code === 'EPIPE') process.exit(ExitCode.Ok)
    // The terminal is gone. SIGHUP comes with that, and ends the command in its own way.
    if (error.code === 'EIO') return
    throw error
  })
}

process.exitCode = await runCommandLine(process.argv.slice(2))
