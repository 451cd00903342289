import { z } from 'zod'
import type { ControllerActions, DeployEvent, DeploymentView } from '../controller/index.ts'
import { answers, events, noAnswer } from './answers.ts'
import type { Api } from './api.ts'
import { deployEvent, deploymentView, planView, sourceView } from './deployment-views.ts'
import { type EventStreams, goneOf } from './event-streams.ts'

/** Longest search for a plan, in milliseconds. */
export const MAX_TIME_LIMIT_MS = 3_600_000

const deployment = z.object({ name: z.string().min(1).max(63) })
const revision = z.int().min(0)

const request = z.strictObject({
  file: z.string().min(1).max(4096).describe('What messages call it: photos.yaml'),
  text: z.string().describe('A deployment file'),
  scheduler: z.string().min(1).max(64).optional(),
  timeLimit: z.number().positive().max(MAX_TIME_LIMIT_MS).optional().describe('Of a search, in milliseconds'),
})

const back = z.strictObject({ revision: revision.optional() }).default({})

export function addDeploymentRoutes(app: Api, actions: ControllerActions, streams: EventStreams): void {
  app.post(
    '/v1/plans',
    {
      config: { role: 'viewer' },
      schema: {
        summary: 'What a deployment would do; changes nothing, and ends when the client goes away',
        body: request,
        response: answers(planView),
      },
    },
    ({ body: { file, text, ...options } }, reply) => actions.plan({ file, text }, options, goneOf(reply)),
  )
  app.post(
    '/v1/deployments',
    {
      schema: {
        summary: 'Deploy; goes on though the client goes away',
        body: request,
        response: events(deployEvent),
      },
    },
    ({ body: { file, text, ...options }, log }, reply) =>
      streams.answer(
        reply,
        async (onEvent) => done(await actions.deploy({ file, text }, options, onEvent)),
        (error) => log.error({ err: error }, `deploying ${file} failed`),
      ),
  )
  app.get(
    '/v1/deployments',
    { schema: { summary: 'All deployments', response: answers(z.array(deploymentView)) } },
    () => actions.deployments(),
  )
  app.get(
    '/v1/deployments/:name',
    { schema: { summary: 'One deployment', params: deployment, response: answers(deploymentView) } },
    ({ params }) => actions.deployment(params.name),
  )
  app.get(
    '/v1/deployments/:name/source',
    {
      schema: {
        summary: 'Its file, of the present revision or of another',
        params: deployment,
        querystring: z.strictObject({
          revision: z.string().regex(/^\d+$/, 'write a number').transform(Number).pipe(revision).optional(),
        }),
        response: answers(sourceView),
      },
    },
    ({ params, query }) => actions.source(params.name, query.revision),
  )
  app.post(
    '/v1/deployments/:name/rollback',
    {
      schema: {
        summary: 'Back to what was before; goes on though the client goes away',
        params: deployment,
        body: back,
        response: events(deployEvent),
      },
    },
    ({ params: { name }, body, log }, reply) =>
      streams.answer(
        reply,
        async (onEvent) => done(await actions.rollback(name, body.revision, onEvent)),
        (error) => log.error({ err: error }, `rolling ${name} back failed`),
      ),
  )
  app.delete(
    '/v1/deployments/:name',
    { schema: { summary: 'End what only it wants', params: deployment, response: noAnswer } },
    async ({ params }, reply) => {
      await actions.remove(params.name)
      return reply.code(204).send()
    },
  )
}

function done(deployment: DeploymentView): DeployEvent {
  return { type: 'done', deployment }
}
