import { Name } from '../packet/index.ts'
import type { FibControl } from './control-interfaces.ts'
import type { ControlParameters, ControlResponse } from './control-parameters.ts'
import type { Dispatcher, ManagementRequest } from './dispatcher.ts'
import { checkPrefix, targetFace } from './prefix-rules.ts'
import { CommandError, ControlStatus, ok } from './status-codes.ts'
import { fibEntry } from './table-datasets.ts'

/** Module `fib` (NFD wiki, FibMgmt). */
export class FibModule {
  readonly #fib: FibControl
  readonly #hasFace: (face: number) => boolean

  constructor(dispatcher: Dispatcher, fib: FibControl, hasFace: (face: number) => boolean) {
    this.#fib = fib
    this.#hasFace = hasFace
    dispatcher.addCommand(
      'fib',
      'add-nexthop',
      { required: ['name'], optional: ['faceId', 'cost'] },
      (parameters, request) => this.#add(parameters, request),
    )
    dispatcher.addCommand(
      'fib',
      'remove-nexthop',
      { required: ['name'], optional: ['faceId'] },
      (parameters, request) => this.#remove(parameters, request),
    )
    dispatcher.addDataset('fib', 'list', () => this.#list())
  }

  #add(
    { name = Name.of(), faceId, cost = 0 }: ControlParameters,
    request: ManagementRequest,
  ): ControlResponse {
    checkPrefix(name)
    const face = targetFace(faceId, request)
    if (!this.#hasFace(face)) throw new CommandError(ControlStatus.Gone, `there is no face ${face}`)
    if (this.#fib.addNextHop(name, face, cost) === 'full')
      throw new CommandError(ControlStatus.Full, 'the FIB is full')
    return ok({ name, faceId: face, cost })
  }

  #remove({ name = Name.of(), faceId }: ControlParameters, request: ManagementRequest): ControlResponse {
    const face = targetFace(faceId, request)
    this.#fib.removeNextHop(name, face)
    return ok({ name, faceId: face })
  }

  *#list(): Generator<Uint8Array> {
    for (const entry of this.#fib.entries()) yield fibEntry.encode(entry)
  }
}
