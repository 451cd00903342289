import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Document, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { defaultAddress } from '../control/index.ts'
import type { ConnectOptions, SocketOptions } from '../face/index.ts'
import { canonicalAddress } from './config-fields.ts'
import { schema } from './config-schema.ts'

/** What a node is told. Paths are absolute. */
export type NodeConfig = Omit<z.infer<typeof schema>, 'functions'> & {
  /** Undefined: those that ship. */
  readonly functions: readonly string[] | undefined
}

export type ListenerConfig = NodeConfig['listen'][number]

export type RouteConfig = NodeConfig['routes'][number]

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
    const problems = result.error.issues
      .flatMap((issue) => problemsOf(issue, []))
      .map(({ path, reason }) => `${source}${lineOf(path)}: ${path.join('.')}: ${reason}`)
    throw new ConfigError('config-invalid', problems.join('\n'))
  }
  const config = result.data
  const home = resolve(base, config.home)
  return {
    ...config,
    home,
    listen: withOwnSocket(config.listen, defaultAddress(home)),
    functions: config.functions?.map((path) => resolve(base, path)),
    registry: { ...config.registry, ca: config.registry.ca && resolve(base, config.registry.ca) },
  }
}

type Issue = z.core.$ZodIssue

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly reason: string
}

function problemsOf(issue: Issue, above: readonly PropertyKey[]): Problem[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], reason: 'there is no such field' }))
  if (issue.code === 'invalid_union') {
    // What is meant is the form whose type it has.
    const meant = issue.errors.find((issues) =>
      issues.every(({ path: place, code }) => place.length > 0 || code !== 'invalid_type'),
    )
    if (meant !== undefined) return meant.flatMap((one) => problemsOf(one, path))
  }
  return [{ path, reason: issue.message }]
}

/** The socket of the home comes first; it may be listed to say more of it. */
function withOwnSocket(listen: readonly ListenerConfig[], own: string): ListenerConfig[] {
  const isOwn = ({ address }: ListenerConfig): boolean => canonicalAddress(address) === canonicalAddress(own)
  return [{ ...listen.find(isOwn), address: own }, ...listen.filter((one) => !isOwn(one))]
}

/** What `connect` and `listen` are told of each link. */
export function faceOptions({
  faces,
  limits,
}: Pick<NodeConfig, 'faces' | 'limits'>): SocketOptions & Pick<ConnectOptions, 'timeout'> {
  const { mtu, connectTimeout, linger, pingInterval, congestion, reassembly } = faces
  return {
    mtu,
    linger,
    pingInterval,
    timeout: connectTimeout,
    maxQueue: limits.queue,
    congestion: congestion.enabled && { threshold: congestion.threshold, baseInterval: congestion.interval },
    reassembly: {
      timeout: reassembly.timeout,
      maxFragments: reassembly.fragments,
      maxPackets: reassembly.packets,
      maxBytes: reassembly.bytes,
    },
  }
}
