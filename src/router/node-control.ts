import { z } from 'zod'
import { CONTROL_MODULE, CONTROL_PREFIX, type NodeCommandParameters } from '../control/index.ts'
import { AVAILABILITIES, type Availability, type LabelChanges, LabelError } from '../facts/index.ts'
import {
  CommandError,
  type ControlResponse,
  ControlStatus,
  Dispatcher,
  type DispatcherOptions,
  type ManagementRequest,
} from '../management/index.ts'
import { Name } from '../packet/index.ts'

/** What commands do. */
export interface NodeCommands {
  /** @throws LabelError */
  changeLabels(changes: LabelChanges): Promise<void>
  setAvailability(availability: Availability): Promise<void>
  calibrate(): Promise<void>
  /** @param face by which the command came, where the assignment is to be had @throws CommandError */
  assign(asked: NodeCommandParameters['assign'], face: number): Promise<void>
  /** @throws CommandError */
  restart(asked: NodeCommandParameters['restart']): Promise<void>
}

const label = z.strictObject({
  set: z.record(z.string(), z.string()),
  removed: z.array(z.string()),
})

const availability = z.strictObject({
  availability: z.enum(AVAILABILITIES as [Availability, ...Availability[]], {
    error: ({ input }) => `there is no availability '${input}': it is one of ${AVAILABILITIES.join(', ')}`,
  }),
})

const nothing = z.strictObject({})

const assign = z.strictObject({
  name: z.string().refine(isName, { error: ({ input }) => `'${input}' is no name` }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'sha256 has 64 lower-case hexadecimal digits'),
  force: z.boolean(),
})

const restart = z.strictObject({ instance: z.string(), kill: z.boolean() })

/** Commands to the node itself, authorised and answered as those of NFD's protocol are. */
export class NodeControl {
  readonly #dispatcher: Dispatcher

  /** @param commands undefined while the node starts */
  constructor(options: Omit<DispatcherOptions, 'places'>, commands: () => NodeCommands | undefined) {
    this.#dispatcher = new Dispatcher({ ...options, places: [{ prefix: CONTROL_PREFIX }] })
    this.#add(commands, 'label', label, (node, changes) => node.changeLabels(changes))
    this.#add(commands, 'availability', availability, (node, asked) =>
      node.setAvailability(asked.availability),
    )
    this.#add(commands, 'calibrate', nothing, (node) => node.calibrate())
    this.#add(commands, 'assign', assign, async (node, asked, face) => {
      if (face === undefined) throw badParameters('nobody knows where it came from')
      await node.assign(asked, face)
    })
    this.#add(commands, 'restart', restart, (node, asked) => node.restart(asked))
  }

  get prefixes(): readonly Name[] {
    return this.#dispatcher.prefixes
  }

  onInterest(...args: Parameters<Dispatcher['onInterest']>): Promise<void> {
    return this.#dispatcher.onInterest(...args)
  }

  #add<T>(
    commands: () => NodeCommands | undefined,
    verb: string,
    parameters: z.ZodType<T>,
    carryOut: (node: NodeCommands, parameters: T, face: number | undefined) => Promise<void>,
  ): void {
    this.#dispatcher.addCommand(
      CONTROL_MODULE,
      verb,
      { isInApplicationParameters: true },
      async (_, request) => {
        const asked = readParameters(parameters, request)
        const node = commands()
        if (node === undefined)
          throw new CommandError(ControlStatus.Conflict, 'the node is starting: try again')
        await carryOut(node, asked, request.incomingFace).catch((error: unknown) => {
          throw error instanceof LabelError ? badParameters(error.message) : error
        })
        return { statusCode: ControlStatus.Ok, statusText: 'OK' } satisfies ControlResponse
      },
    )
  }
}

function readParameters<T>(parameters: z.ZodType<T>, { interest }: ManagementRequest): T {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(interest.applicationParameters ?? []).toString())
  } catch {
    throw badParameters('its parameters are no JSON object')
  }
  const { data, error } = parameters.safeParse(value)
  if (error === undefined) return data
  const [issue] = error.issues
  throw badParameters(issue?.message ?? 'its parameters cannot be used')
}

function isName(uri: string): boolean {
  try {
    return Name.parse(uri).length > 0
  } catch {
    return false
  }
}

function badParameters(reason: string): CommandError {
  return new CommandError(ControlStatus.BadParameters, reason)
}
