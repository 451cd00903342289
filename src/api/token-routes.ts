import { z } from 'zod'
import { ControllerError } from '../controller/index.ts'
import { answers, noAnswer } from './answers.ts'
import type { Api } from './api.ts'
import { type Fields, since, view } from './fields.ts'
import { type KeptToken, newToken, ROLES, type TokenStore } from './tokens.ts'

const tokenName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'write 1 to 63 letters, digits and . _ -')
const role = z.enum(ROLES)

const tokenView = view('Token', {
  name: z.string(),
  role,
  created: since,
} satisfies Fields<KeptToken>)

const newTokenView = view('NewToken', { name: z.string(), role, token: z.string() })

export function addTokenRoutes(app: Api, tokens: TokenStore): void {
  app.get(
    '/v1/tokens',
    {
      config: { role: 'operator' },
      schema: { summary: 'Who may ask', response: answers(z.array(tokenView)) },
    },
    async () => tokens.tokens(),
  )
  app.post(
    '/v1/tokens',
    {
      schema: {
        summary: 'Make a token, which is shown this once',
        body: z.strictObject({ name: tokenName, role }),
        response: answers(newTokenView),
      },
    },
    async ({ body: { name, role } }) => {
      const token = newToken()
      tokens.addToken(name, role, token)
      return { name, role, token }
    },
  )
  app.delete(
    '/v1/tokens/:name',
    {
      schema: {
        summary: 'Take a token back, at once',
        params: z.object({ name: z.string() }),
        response: noAnswer,
      },
    },
    async ({ params: { name } }, reply) => {
      if (!tokens.removeToken(name)) throw new ControllerError('not-found', `there is no token ${name}`)
      return reply.code(204).send()
    },
  )
}
