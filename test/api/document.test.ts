import t from 'tap'
import { z } from 'zod'
import {
  deployEvent,
  deploymentView,
  planView,
  runEvent,
  sourceView,
} from '../../src/api/deployment-views.ts'
import { functionView, instanceView, logReport, nodeView, routeView } from '../../src/api/node-views.ts'
import { ask, DEPLOY_EVENTS, MemoryTokens, RUN_EVENTS, serve } from './fixture.ts'
import { DEPLOYMENT, FUNCTION, INSTANCE, LOST_NODE, NODE, NOW, PLAN, ROUTE, RUN } from './views.ts'

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean | null

/** Every object in a document, with its path. */
function* objectsIn(
  value: Json,
  path = '#',
): Generator<[path: string, value: { readonly [key: string]: Json }]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, value as { readonly [key: string]: Json }]
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${path}/${key}`)
}

t.test('the document names every route, and what it refers to is there', async (t) => {
  const { url } = await serve(t, undefined, { tokens: new MemoryTokens() })
  const { status, body } = await ask(`${url}/openapi.json`)
  t.equal(status, 200)
  const document = body as {
    openapi: string
    info: object
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content?: object; description: string }> }>
    >
    components: { schemas: Record<string, Json> }
  }
  t.equal(document.openapi, '3.1.0')
  t.match(document.info, { title: String, version: String })
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  t.same(routes.sort(), [
    'DELETE /v1/deployments/{name}',
    'DELETE /v1/tokens/{name}',
    'GET /v1/deployments',
    'GET /v1/deployments/{name}',
    'GET /v1/deployments/{name}/source',
    'GET /v1/functions',
    'GET /v1/health',
    'GET /v1/instances',
    'GET /v1/instances/{id}',
    'GET /v1/instances/{id}/logs',
    'GET /v1/nodes',
    'GET /v1/nodes/{name}',
    'GET /v1/routes',
    'GET /v1/runs/{id}/result',
    'GET /v1/tokens',
    'PATCH /v1/nodes/{name}/labels',
    'POST /v1/deployments',
    'POST /v1/deployments/{name}/rollback',
    'POST /v1/instances/{id}/hold',
    'POST /v1/instances/{id}/restart',
    'POST /v1/nodes/{name}/calibrate',
    'POST /v1/plans',
    'POST /v1/tokens',
    'POST /v1/workflows/{name}/runs',
    'PUT /v1/nodes/{name}/availability',
  ])
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { responses } = operation
      t.ok(
        Object.keys(responses).some((code) => code.startsWith('2')),
        `${method} ${path} has an answer`,
      )
      t.ok(
        responses.default?.content && 'application/problem+json' in responses.default.content,
        'and a problem',
      )
      for (const response of Object.values(responses)) t.type(response.description, 'string')
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const { parameters = [] } = operation as {
        parameters?: { in: string; name: string; required?: boolean }[]
      }
      const inPath = parameters.filter((one) => one.in === 'path')
      t.same(
        inPath.map(({ name }) => name),
        names,
        `${method} ${path} has its parameters`,
      )
      t.ok(inPath.every(({ required }) => required === true))
    }
  }
  for (const [path, { $ref }] of objectsIn(body as Json)) {
    if (typeof $ref !== 'string') continue
    const name = $ref.replace('#/components/schemas/', '')
    t.ok(Object.hasOwn(document.components.schemas, name), `${path} refers to ${$ref}`)
  }
})

t.test('what it says of the views is so', async (t) => {
  const cases: [schema: z.ZodType, values: readonly unknown[]][] = [
    [nodeView, [NODE, LOST_NODE]],
    [instanceView, [INSTANCE]],
    [logReport, [{ instance: 'a', lines: [{ at: NOW, text: 'b' }] }]],
    [routeView, [ROUTE]],
    [functionView, [FUNCTION]],
    [planView, [PLAN]],
    [deploymentView, [DEPLOYMENT]],
    [sourceView, [{ file: 'a', text: 'b' }]],
    [deployEvent, [...DEPLOY_EVENTS, { type: 'done', deployment: DEPLOYMENT }]],
    [runEvent, [...RUN_EVENTS, { type: 'done', run: RUN }]],
  ]
  for (const [schema, values] of cases) {
    for (const value of values) t.same(z.array(schema).parse([value]), [value])
  }
})
