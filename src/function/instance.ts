import { dirname } from 'node:path'
import { connectStream } from '../face/index.ts'
import { applierOf } from './apply.ts'
import type { FunctionDefinition } from './define.ts'
import type { Manifest } from './manifest-fields.ts'
import { renewingIdentity } from './renewing-identity.ts'
import { FunctionRuntime } from './runtime.ts'

/**
 * Runs an instance of a function until its node lets go of it: what `main.mjs` of an artifact calls.
 *
 * Environment: `NDN_SFC_SOCKET`, the Unix socket of its router; `NDN_SFC_IDENTITY`, the file with its key and certificate.
 * It connects when it is ready for work, or exits with code 1 and the reason on stderr. On SIGTERM it finishes the work
 * in hand; when the socket closes it exits with code 0. A command runs in the folder of the program that was started,
 * the artifact's `main.mjs`.
 */
export async function serveInstance(
  definition: FunctionDefinition | undefined,
  manifest: Manifest,
): Promise<void> {
  let runtime: FunctionRuntime | undefined
  // The first process of a container has no default action for signals, so even before there is work one is needed.
  process.once('SIGTERM', () => {
    if (runtime === undefined) process.exit(0)
    void runtime.stop()
  })
  // ctrl-C at a terminal reaches the whole group; the node tells its instances itself.
  process.on('SIGINT', () => {})
  try {
    runtime = await start(definition, manifest)
  } catch (error) {
    log(`${manifest.name} cannot start: ${error instanceof Error ? error.stack : error}`)
    process.exit(1)
  }
}

async function start(
  definition: FunctionDefinition | undefined,
  manifest: Manifest,
): Promise<FunctionRuntime> {
  const socket = variable('NDN_SFC_SOCKET')
  const identity = renewingIdentity(variable('NDN_SFC_IDENTITY'), log)
  const applier = applierOf(manifest, definition, dirname(process.argv[1] as string))
  await definition?.prepare?.()
  const face = await connectStream(socket)
  const options = {
    manifest,
    applier,
    identity: identity().name.toString(),
    signer: () => identity().signer,
    log,
  }
  return new FunctionRuntime(face, options, () => process.exit(0))
}

function log(message: string): void {
  console.error(message)
}

function variable(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: a function is started by a node`)
  return value
}
