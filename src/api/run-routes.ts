import { z } from 'zod'
import type { ControllerActions } from '../controller/index.ts'
import { answers, bytesAnswer, events } from './answers.ts'
import type { Api } from './api.ts'
import { runEvent } from './deployment-views.ts'
import type { EventStreams } from './event-streams.ts'
import { view } from './fields.ts'
import { contentName } from './node-views.ts'
import type { RunResults } from './run-results.ts'

/** What can stand in a header as it is. */
const MEDIA_TYPE = /^[\w.+-]{1,127}\/[\w.+-]{1,127}(; ?[\w-]+=[\w.+-]+)*$/

export function addRunRoutes(
  app: Api,
  actions: ControllerActions,
  streams: EventStreams,
  results: RunResults,
): void {
  app.post(
    '/v1/workflows/:name/runs',
    {
      schema: {
        summary: 'Apply a workflow to content; ends when the client goes away',
        params: z.object({ name: z.string().min(1).max(63) }),
        body: z.strictObject({ content: contentName }),
        response: events(runEvent),
      },
    },
    ({ params: { name }, body: { content }, log }, reply) =>
      streams.answer(
        reply,
        async (onEvent, signal) => {
          const { view: run, result } = await actions.run(name, content, onEvent, signal)
          results.keep(run.id, { mediaType: run.mediaType, content: result })
          return { type: 'done', run }
        },
        (error) => log.warn({ err: error }, `running ${name} failed`),
      ),
  )
  app.get(
    '/v1/runs/:id/result',
    {
      schema: {
        summary: 'Result of a run, while it is kept: the last ones are',
        params: z.object({ id: z.string().min(1).max(255) }),
        response: bytesAnswer,
      },
    },
    ({ params }, reply) => {
      const { mediaType = '', content } = results.get(params.id)
      return reply
        .type(MEDIA_TYPE.test(mediaType) ? mediaType : 'application/octet-stream')
        .header('x-content-type-options', 'nosniff')
        .send(Buffer.from(content.buffer, content.byteOffset, content.length))
    },
  )
  app.get(
    '/v1/health',
    {
      config: { role: 'anyone' },
      schema: {
        summary: 'Whether the controller answers',
        security: [],
        response: answers(view('Health', { status: z.literal('ok') })),
      },
    },
    () => ({ status: 'ok' as const }),
  )
}
