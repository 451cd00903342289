import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { ControllerError } from '../controller/index.ts'
import { ApiError } from './errors.ts'
import { makeProblem, PROBLEM_MEDIA_TYPE, type Problem, problemOf } from './problem.ts'

/** Answers a path that cannot be read, which comes to no route and no error handler. */
export function answerBadPath(error: FastifyError, _: unknown, reply: FastifyReply): void {
  sendProblem(reply, makeProblem('bad-request', error.message))
}

/** Answers whatever goes wrong with a problem object. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, { log }, reply) => {
    const problem = problemOfRequest(error)
    if (problem.code === 'internal') log.error({ err: error }, error.message)
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler(({ method, url }, reply) => {
    const path = url.split('?')[0]
    return sendProblem(
      reply,
      makeProblem('not-found', `there is no ${method} ${path}: /openapi.json says what there is`),
    )
  })
}

const PARTS = { body: 'body', headers: 'head', params: 'path', querystring: 'query' }

function problemOfRequest(error: FastifyError): Problem {
  if (error instanceof ControllerError || error instanceof ApiError) return problemOf(error)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'body'
    const problems = error.validation.map(({ instancePath, message = 'cannot be used' }) => {
      const field = instancePath.slice(1).replaceAll('/', '.')
      return field === '' ? message : `${field}: ${message}`
    })
    return makeProblem('bad-request', `the ${PARTS[where]} cannot be used: ${problems.join('; ')}`, problems)
  }
  const { statusCode: status = 500, message } = error
  return status < 500 ? makeProblem('bad-request', message, [], status) : problemOf(error)
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(problem.status)
    .type(PROBLEM_MEDIA_TYPE)
    .serializer((data: unknown) => JSON.stringify(data))
    .send(problem)
}
