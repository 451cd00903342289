import { readFile } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { DEFAULT_MAX_QUEUE_BYTES, type FaceError, parseAddress } from '../face/index.ts'
import {
  DEFAULT_MAX_CACHED_BYTES,
  DEFAULT_MAX_CACHED_PACKETS,
  DEFAULT_MAX_PENDING,
  DEFAULT_MAX_ROUTES,
} from '../forwarder/index.ts'
import { Name, type PacketError } from '../packet/index.ts'

/** Most links at a time. */
const DEFAULT_MAX_FACES = 1024

/** Fewest FIB prefixes with which a node can work: it has some of its own. */
const MIN_ROUTES = 16

const address = z.string().superRefine((value, context) => {
  try {
    parseAddress(value)
  } catch (error) {
    context.addIssue((error as FaceError).message)
  }
})

const prefix = z.string().transform((value, context) => {
  try {
    return Name.parse(value)
  } catch (error) {
    context.addIssue((error as PacketError).message)
    return z.NEVER
  }
})

const count = (fallback: number, minimum = 1) => z.int().min(minimum).default(fallback)

const schema = z.strictObject({
  /** Name of this node, unique under one operator: it is part of its certificate. */
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,62}$/,
      'a name has 1 to 63 lower-case letters, digits and -, and - not first',
    )
    .default(
      () =>
        hostname()
          .toLowerCase()
          .replace(/[^a-z0-9-]/g, '-')
          .replace(/^-+/, '')
          .slice(0, 63) || 'node',
    ),
  /** Where instances run. */
  engine: z.enum(['auto', 'docker', 'process']).default('auto'),
  /** Folder of the node's state: keys, artifacts, sockets. */
  home: z
    .string()
    .min(1)
    .default(() => defaultHome()),
  /** Where others may connect, beside the Unix socket `router.sock` in `home`, e.g. `tcp://0.0.0.0:6363`. */
  listen: z.array(address).default([]),
  /** Folders or single files of functions; those that ship by default. */
  functions: z.array(z.string().min(1)).optional(),
  /** Routes to other routers. */
  routes: z
    .array(
      z.strictObject({
        prefix,
        to: address,
        cost: count(10, 0),
        /** Whether the other router understands chains; found out by itself where it is not said. */
        form: z.enum(['flat', 'extended']).optional(),
      }),
    )
    .default([]),
  contentStore: z
    .strictObject({
      packets: count(DEFAULT_MAX_CACHED_PACKETS, 0),
      bytes: count(DEFAULT_MAX_CACHED_BYTES, 0),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Most pending Interests. */
      pending: count(DEFAULT_MAX_PENDING),
      /** Most FIB prefixes. */
      routes: count(DEFAULT_MAX_ROUTES, MIN_ROUTES),
      /** Most links at a time. */
      faces: count(DEFAULT_MAX_FACES),
      /** Octets that may wait to be sent on a link. */
      queue: count(DEFAULT_MAX_QUEUE_BYTES, 8800),
    })
    .prefault({}),
})

/** What a node is told. Paths are absolute. */
export type NodeConfig = Omit<z.infer<typeof schema>, 'functions'> & {
  /** Undefined: those that ship. */
  readonly functions: readonly string[] | undefined
}

/** What a configuration file may say. */
export type ConfigSource = z.input<typeof schema>

export type ConfigErrorCode = 'config-unreadable' | 'config-invalid'

/** A configuration that cannot be used. One line for each thing that is wrong: `FILE:LINE: FIELD: REASON`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ConfigErrorCode

  constructor(code: ConfigErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** `$NDN_SFC_HOME`, or `.ndn-sfc` in the user's home folder. */
export function defaultHome(): string {
  return resolve(process.env.NDN_SFC_HOME || join(homedir(), '.ndn-sfc'))
}

/** Where the router of a home answers, unless its configuration says otherwise. */
export function defaultAddress(home: string): string {
  return `unix://${join(home, 'router.sock')}`
}

/**
 * Reads a configuration file.
 * @param file YAML; undefined for all defaults
 * @param overrides take the place of what the file says
 * @throws ConfigError
 */
export async function loadConfig(file?: string, overrides: ConfigSource = {}): Promise<NodeConfig> {
  if (file === undefined)
    return complete(schema.safeParse(overrides), process.cwd(), 'configuration', () => '')
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new ConfigError('config-unreadable', `cannot read ${file}: ${cause.message}`, cause)
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [fault] = document.errors
  if (fault !== undefined) {
    throw new ConfigError(
      'config-invalid',
      `${file}:${lines.linePos(fault.pos[0]).line}: ${fault.message}`,
      fault,
    )
  }
  const lineOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined
      if (node?.range) return `:${lines.linePos(node.range[0]).line}`
    }
    return ''
  }
  const source = { ...readMapping(document, file), ...overrides }
  return complete(schema.safeParse(source), dirname(resolve(file)), file, lineOf)
}

/** The fields of a document; none where it is empty. @throws ConfigError */
function readMapping(document: Document, file: string): object {
  let value: unknown
  try {
    value = document.toJS()
  } catch (cause) {
    throw new ConfigError('config-invalid', `${file}: ${(cause as Error).message}`, cause)
  }
  if (value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw new ConfigError('config-invalid', `${file}:1: it has no fields; write them as in "name: my-node"`)
}

function complete(
  result: z.ZodSafeParseResult<z.infer<typeof schema>>,
  base: string,
  source: string,
  lineOf: (path: readonly PropertyKey[]) => string,
): NodeConfig {
  if (!result.success) {
    const problems = result.error.issues.flatMap(({ path, message, ...issue }) => {
      const names = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
      const reason = issue.code === 'unrecognized_keys' ? 'there is no such field' : message
      return names.map((name) => `${source}${lineOf(name)}: ${name.join('.')}: ${reason}`)
    })
    throw new ConfigError('config-invalid', problems.join('\n'))
  }
  const config = result.data
  const home = resolve(base, config.home)
  return {
    ...config,
    home,
    listen: withoutRepeats([defaultAddress(home), ...config.listen]),
    functions: config.functions?.map((path) => resolve(base, path)),
  }
}

/** One socket has several spellings. */
function withoutRepeats(addresses: readonly string[]): string[] {
  const first = new Map(
    addresses.map((address) => [JSON.stringify(parseAddress(address)), address] as const).reverse(),
  )
  return addresses.filter((address) => first.get(JSON.stringify(parseAddress(address))) === address)
}
