import type { StatusSource } from './control-interfaces.ts'
import type { Dispatcher } from './dispatcher.ts'
import { forwarderStatus } from './table-datasets.ts'

/** Module `status` (NFD wiki, ForwarderStatus). */
export function addStatusModule(dispatcher: Dispatcher, source: StatusSource): void {
  dispatcher.addDataset('status', 'general', () => [forwarderStatus.encode(source.general())])
}
