import { Name } from '../packet/index.ts'
import { maskedFlag } from './command-spec.ts'
import type { ContentStoreControl } from './control-interfaces.ts'
import { type ControlParameters, type ControlResponse, CsFlag } from './control-parameters.ts'
import type { Dispatcher } from './dispatcher.ts'
import { CommandError, ControlStatus, ok } from './status-codes.ts'
import { csInfo } from './table-datasets.ts'

/** Most packets that one `cs/erase` erases, as in NFD: a client that wants more asks again. */
export const ERASE_LIMIT = 256

/** Module `cs` (NFD wiki, CsMgmt). */
export class CsModule {
  readonly #store: ContentStoreControl

  constructor(dispatcher: Dispatcher, store: ContentStoreControl) {
    this.#store = store
    dispatcher.addCommand('cs', 'config', { optional: ['capacity', 'flags', 'mask'] }, (parameters) =>
      this.#configure(parameters),
    )
    dispatcher.addCommand('cs', 'erase', { required: ['name'], optional: ['count'] }, (parameters) =>
      this.#erase(parameters),
    )
    dispatcher.addDataset('cs', 'info', () => [this.#info()])
  }

  #configure(parameters: ControlParameters): ControlResponse {
    const { capacity } = parameters
    const admit = maskedFlag(parameters, CsFlag.EnableAdmit)
    const serve = maskedFlag(parameters, CsFlag.EnableServe)
    const refused = this.#store.configure({
      ...(capacity !== undefined && { capacity }),
      ...(admit !== undefined && { admit }),
      ...(serve !== undefined && { serve }),
    })
    if (refused !== undefined) throw new CommandError(ControlStatus.Conflict, refused)
    return ok({ capacity: this.#store.settings.capacity, flags: this.#flags })
  }

  #erase({ name = Name.of(), count = Number.POSITIVE_INFINITY }: ControlParameters): ControlResponse {
    if (count === 0) throw new CommandError(ControlStatus.BadParameters, 'Count must be positive')
    const { erased, hasMore } = this.#store.erase(name, Math.min(count, ERASE_LIMIT))
    // Capacity says that the limit was the reason to stop.
    return ok({ name, count: erased, ...(hasMore && count > ERASE_LIMIT && { capacity: ERASE_LIMIT }) })
  }

  #info(): Uint8Array {
    const { settings, entries, hits, misses } = this.#store
    return csInfo.encode({
      capacity: settings.capacity,
      flags: this.#flags,
      nCsEntries: entries,
      nHits: hits,
      nMisses: misses,
    })
  }

  get #flags(): number {
    const { admit, serve } = this.#store.settings
    return (admit ? CsFlag.EnableAdmit : 0) | (serve ? CsFlag.EnableServe : 0)
  }
}
