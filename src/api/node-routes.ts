import { z } from 'zod'
import { type ControllerActions, ControllerError } from '../controller/index.ts'
import { AVAILABILITIES, MAX_LABELS } from '../facts/index.ts'
import { answers } from './answers.ts'
import type { Api } from './api.ts'
import {
  functionView,
  instanceName,
  instanceView,
  logReport,
  nodeName,
  nodeView,
  routeView,
} from './node-views.ts'

const node = z.object({ name: nodeName })
const instance = z.object({ id: instanceName })

const availability = z.strictObject({ availability: z.enum(AVAILABILITIES) })
const labels = z.strictObject({
  set: z.record(z.string(), z.string()).default({}),
  removed: z.array(z.string()).max(MAX_LABELS).default([]),
})
const hold = z.strictObject({ hold: z.enum(['pause', 'stop']).nullable() })
const restart = z.strictObject({ kill: z.boolean().default(false) }).default({ kill: false })

/** Nodes and what runs on them. */
export function addNodeRoutes(app: Api, actions: ControllerActions): void {
  addNodes(app, actions)
  addInstances(app, actions)
  app.get(
    '/v1/functions',
    { schema: { summary: 'Functions of the repository', response: answers(z.array(functionView)) } },
    () => actions.functions(),
  )
  app.get(
    '/v1/routes',
    { schema: { summary: 'FIBs of all nodes', response: answers(z.array(routeView)) } },
    () => actions.routes(),
  )
}

function addNodes(app: Api, actions: ControllerActions): void {
  app.get('/v1/nodes', { schema: { summary: 'All nodes', response: answers(z.array(nodeView)) } }, () =>
    actions.nodes(),
  )
  app.get(
    '/v1/nodes/:name',
    { schema: { summary: 'One node', params: node, response: answers(nodeView) } },
    async ({ params: { name } }) => {
      const found = (await actions.nodes()).find((one) => one.name === name)
      if (found !== undefined) return found
      throw new ControllerError('not-found', `there is no node ${name}`)
    },
  )
  app.put(
    '/v1/nodes/:name/availability',
    {
      schema: {
        summary: 'Whether a node works; drain is answered when nothing is left there',
        params: node,
        body: availability,
        response: answers(nodeView),
      },
    },
    ({ params, body }) => actions.setAvailability(params.name, body.availability),
  )
  app.patch(
    '/v1/nodes/:name/labels',
    {
      schema: {
        summary: 'Set and remove labels',
        params: node,
        body: labels,
        response: answers(nodeView),
      },
    },
    ({ params, body }) => actions.changeLabels(params.name, body),
  )
  app.post(
    '/v1/nodes/:name/calibrate',
    { schema: { summary: 'Measure the speed again', params: node, response: answers(nodeView) } },
    ({ params }) => actions.calibrate(params.name),
  )
}

function addInstances(app: Api, actions: ControllerActions): void {
  app.get(
    '/v1/instances',
    { schema: { summary: 'All instances', response: answers(z.array(instanceView)) } },
    () => actions.instances(),
  )
  app.get(
    '/v1/instances/:id',
    { schema: { summary: 'One instance', params: instance, response: answers(instanceView) } },
    ({ params }) => actions.instance(params.id),
  )
  app.get(
    '/v1/instances/:id/logs',
    { schema: { summary: 'What it wrote last', params: instance, response: answers(logReport) } },
    ({ params }) => actions.logs(params.id),
  )
  app.post(
    '/v1/instances/:id/hold',
    {
      schema: {
        summary: 'Tell it to take no new work, to end after its work, or (null) to work',
        params: instance,
        body: hold,
        response: answers(instanceView),
      },
    },
    ({ params, body }) => actions.hold(params.id, body.hold ?? undefined),
  )
  app.post(
    '/v1/instances/:id/restart',
    {
      schema: {
        summary: 'End its process after its work, or at once, and start another',
        params: instance,
        body: restart,
        response: answers(instanceView),
      },
    },
    ({ params, body }) => actions.restart(params.id, body.kill),
  )
}
