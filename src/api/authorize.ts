import bearerAuth from '@fastify/bearer-auth'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from './errors.ts'
import { isLoopback } from './loopback.ts'
import type { KeptToken, Role, TokenStore } from './tokens.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask. By default a viewer where it is a GET, and an operator for all else. */
    role?: Role | 'anyone'
  }
  interface FastifyRequest {
    /** Whose token it came with. */
    caller?: KeptToken | undefined
  }
}

/** Lets in who has a token whose role allows what is asked for. Without tokens: who asks from this host, by its name. */
export async function authorize(
  app: FastifyInstance,
  tokens: TokenStore | undefined,
  log: FastifyBaseLogger | undefined,
): Promise<void> {
  app.decorateRequest('caller')
  if (tokens === undefined) {
    // A page that a browser shows may have a name of its own for a loopback address.
    app.addHook('onRequest', async ({ hostname }) => {
      if (!isLoopback(hostname)) throw new ApiError('forbidden', `this controller is not called ${hostname}`)
    })
    return
  }
  await app.register(bearerAuth, {
    addHook: false,
    keys: [],
    specCompliance: 'rfc6749',
    auth: (token, request) => {
      request.caller = tokens.findToken(token)
      return request.caller !== undefined
    },
    verifyErrorLogLevel: 'debug',
  })
  app.addHook('onRequest', async (request, reply) => {
    const { method, routeOptions } = request
    const { role = method === 'GET' || method === 'HEAD' ? 'viewer' : 'operator' } = routeOptions.config
    if (role === 'anyone') return
    await checkToken(app, request, reply)
    const { caller } = request
    if (role === 'operator' && caller?.role !== 'operator') {
      throw new ApiError(
        'forbidden',
        `the token '${caller?.name}' is a ${caller?.role}'s, and this is for operators`,
      )
    }
  })
  app.addHook('onResponse', async ({ caller, method, url }, { statusCode: status }) => {
    if (caller?.role === 'operator' && method !== 'GET')
      log?.info({ by: caller.name, method, url, status }, `${method} ${url} by ${caller.name}: ${status}`)
  })
}

/** @throws ApiError `unauthorized` */
async function checkToken(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const verify = app.verifyBearerAuth
  if (verify === undefined) throw new Error('the plugin has not been registered')
  await new Promise<void>((resolve, reject) => {
    verify(request, reply, (error) => {
      if (error === undefined || error === null) resolve()
      else
        reject(
          new ApiError(
            'unauthorized',
            `${error.message}: send Authorization: Bearer and a token of the controller`,
            { cause: error },
          ),
        )
    })
  })
}
