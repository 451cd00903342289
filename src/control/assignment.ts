import { z } from 'zod'
import { MAX_INPUTS } from '../endpoint/index.ts'
import { LAST_RESORT_COST } from '../forwarder/index.ts'
import { Name } from '../packet/index.ts'

/** Most instances, routes and workflow tasks that one node can be assigned. */
export const MAX_ASSIGNED_INSTANCES = 1024
export const MAX_ASSIGNED_ROUTES = 65_536
export const MAX_ASSIGNED_TASKS = 65_536

/** Largest assignment, as JSON, in octets. */
export const MAX_ASSIGNMENT_BYTES = 16 * 1024 * 1024

/** Cost of a next hop that goes on with what it has in hand and is given nothing new, as long as there is another. */
export { LAST_RESORT_COST }

const instanceId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'an instance is named with 1 to 64 of a-z, 0-9 and -')

const ndnName = z.string().superRefine((text, context) => {
  try {
    Name.parse(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
  }
})

const instance = z.strictObject({
  id: instanceId,
  function: z.strictObject({
    name: z.string(),
    version: z.string(),
    /** Of the version's index in the repository: `sha256:` and lower-case hexadecimal. */
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  }),
  /** CPUs that it may run on, by the system's numbers; none: any. */
  cpus: z.array(z.int().min(0)),
  /** After so long without work its process ends, until it is asked again, in milliseconds; not there: never. */
  idle: z.int().min(1).optional(),
  /** What an operator has told it: `pause`, takes no new work; `stop`, nor does a process run once its work is done. */
  hold: z.enum(['pause', 'stop']).optional(),
  /** Which start of it this is; when it rises, the process is ended after its work and started again. */
  generation: z.int().min(0).default(0),
})

const route = z.strictObject({
  /** NDN URI: `/128=resize` for whatever it is asked for, `/128=resize/camera` for what it is asked for there; or content. */
  prefix: ndnName,
  /** An instance of this node, or another node by name; one of `peers`. */
  to: z.union([z.strictObject({ instance: instanceId }), z.strictObject({ node: z.string().min(1) })]),
  cost: z
    .int()
    .min(0)
    .max(2 * LAST_RESORT_COST),
  /** Whose plan it comes from, for whoever looks at routes: `photos/sf-cuv/3`. */
  plan: z.string(),
})

const task = z.strictObject({
  /**
   * Name of the task, an NDN URI: `/workflow/photo-summary/merge`. Applied to content `/camera/1` the task's function is asked for
   * `/128=merge/workflow/photo-summary/merge/camera/1`, and itself asks for `/workflow/photo-summary/merge/camera/1`: the list of its inputs.
   */
  name: ndnName,
  /** Prefix of each input, in order, to which the content's name is appended: `/` for the content itself, or another task's result. */
  inputs: z.array(ndnName).min(1).max(MAX_INPUTS),
})

/** All that a node is to run and lead on behalf of a controller; one takes the place of the one before as a whole. */
export const assignmentSchema = z.strictObject({
  /** Who assigns: only this controller's later revisions take its place, unless told to. */
  controller: z.string().min(1),
  /** Rises with each change. One that is not newer than what is there is refused. */
  revision: z.int().min(0),
  /** URL of the SF repository. */
  registry: z.url(),
  instances: z.array(instance).max(MAX_ASSIGNED_INSTANCES),
  /** Other nodes by name, with the FaceUri of each. */
  peers: z.record(z.string(), z.string()),
  routes: z.array(route).max(MAX_ASSIGNED_ROUTES),
  tasks: z.array(task).max(MAX_ASSIGNED_TASKS),
})

export type Assignment = z.infer<typeof assignmentSchema>
export type AssignedInstance = Assignment['instances'][number]
export type AssignedRoute = Assignment['routes'][number]
export type AssignedTask = Assignment['tasks'][number]
