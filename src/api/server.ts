import type { AddressInfo } from 'node:net'
import swagger from '@fastify/swagger'
import fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { ControllerActions } from '../controller/index.ts'
import type { Api } from './api.ts'
import { authorize } from './authorize.ts'
import { DEFAULT_API_HOST, DEFAULT_API_PORT } from './defaults.ts'
import { addDeploymentRoutes } from './deployment-routes.ts'
import { ApiError } from './errors.ts'
import { EventStreams } from './event-streams.ts'
import { isLoopback } from './loopback.ts'
import { addNodeRoutes } from './node-routes.ts'
import { answerBadPath, answerProblems } from './problem-answers.ts'
import { RunResults } from './run-results.ts'
import { addRunRoutes } from './run-routes.ts'
import { addTokenRoutes } from './token-routes.ts'
import type { TokenStore } from './tokens.ts'

/** Largest body of a request, in octets. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024

/** Most connections at once. */
export const MAX_CONNECTIONS = 256

/** How long a client may take over the head of a request, and over all of it, in milliseconds. */
export const HEADERS_TIMEOUT_MS = 10_000
export const REQUEST_TIMEOUT_MS = 30_000

/** Longest name in a path, in characters. */
const MAX_PARAMETER_LENGTH = 255

export interface ApiOptions {
  /** Who may ask; undefined: whoever reaches it, which is this host alone. */
  readonly tokens?: TokenStore | undefined
  /** @defaultValue DEFAULT_API_HOST */
  readonly host?: string | undefined
  /** 0: any that is free. @defaultValue DEFAULT_API_PORT */
  readonly port?: number | undefined
  readonly log?: FastifyBaseLogger | undefined
  /** @defaultValue MAX_BODY_BYTES */
  readonly maxBodyBytes?: number | undefined
  /** @defaultValue MAX_CONNECTIONS */
  readonly maxConnections?: number | undefined
  /** @defaultValue MAX_STREAMS */
  readonly maxStreams?: number | undefined
  /** @defaultValue MAX_STREAM_BACKLOG_BYTES */
  readonly maxStreamBacklogBytes?: number | undefined
  /** @defaultValue MAX_RUN_RESULTS */
  readonly maxRunResults?: number | undefined
  /** @defaultValue MAX_RUN_RESULT_BYTES */
  readonly maxRunResultBytes?: number | undefined
  /** @defaultValue HEADERS_TIMEOUT_MS */
  readonly headersTimeout?: number | undefined
  /** @defaultValue REQUEST_TIMEOUT_MS */
  readonly requestTimeout?: number | undefined
}

export interface ApiServer {
  /** `http://127.0.0.1:7380` */
  readonly url: string
  /** Cuts off whoever is connected. */
  close(): Promise<void>
}

/** See `serveApi`. */
export async function startServer(actions: ControllerActions, options: ApiOptions): Promise<ApiServer> {
  const { host = DEFAULT_API_HOST, port = DEFAULT_API_PORT, tokens } = options
  if (tokens === undefined && !isLoopback(host)) {
    throw new ApiError(
      'forbidden',
      `without tokens the controller listens on a loopback address alone, not on ${host}`,
    )
  }
  const app = await createApi(actions, options)
  await app.listen({ host, port })
  app.server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  const { address, port: bound, family } = app.server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close: () => app.close(),
  }
}

async function createApi(actions: ControllerActions, options: ApiOptions): Promise<Api> {
  const { headersTimeout = HEADERS_TIMEOUT_MS } = options
  const app = fastify({
    // Where it listens is told by who asked for that.
    ...(options.log === undefined ? {} : { loggerInstance: options.log.child({}, { level: 'warn' }) }),
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: answerBadPath,
    bodyLimit: options.maxBodyBytes ?? MAX_BODY_BYTES,
    requestTimeout: options.requestTimeout ?? REQUEST_TIMEOUT_MS,
    http: { headersTimeout, connectionsCheckingInterval: headersTimeout / 2 },
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    forceCloseConnections: true,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  // What a controller answers goes out as it is: the schemas are for who reads the document.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  answerProblems(app)
  await authorize(app, options.tokens, options.log)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'ndn-sfc controller',
        description: 'Everything that the command ndn-sfc asks of a controller.',
        version: '1',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutInputs(jsonSchemaTransformObject(document)),
  })
  const streams = new EventStreams(options.maxStreams, options.maxStreamBacklogBytes)
  addNodeRoutes(app, actions)
  addDeploymentRoutes(app, actions, streams)
  addRunRoutes(app, actions, streams, new RunResults(options.maxRunResults, options.maxRunResultBytes))
  if (options.tokens !== undefined) addTokenRoutes(app, options.tokens)
  app.get('/openapi.json', { config: { role: 'anyone' }, schema: { hide: true } }, () => app.swagger())
  await app.ready()
  return app
}

/** A schema with a name comes twice, as what is answered and as what is asked; the requests have none. */
function withoutInputs<Document extends object>(document: Document): Document {
  const { components } = document as { components?: { schemas?: Record<string, unknown> } }
  const schemas = Object.entries(components?.schemas ?? {}).filter(([id]) => !id.endsWith('Input'))
  return { ...document, components: { ...components, schemas: Object.fromEntries(schemas) } }
}
