import type { Forwarder } from '../forwarder/index.ts'
import type { ContentStoreControl } from '../management/index.ts'

/** Most packets that `cs/config` may set as capacity: what the tables of a Content Store are laid out for. */
export const MAX_CONTENT_STORE_CAPACITY = 2 ** 25

/** What `cs` commands do. */
export function contentStoreControl(store: Forwarder['contentStore']): ContentStoreControl {
  return {
    get settings() {
      return { capacity: store.maxPackets, admit: store.isAdmitting, serve: store.isServing }
    },
    get entries() {
      return store.packets
    },
    get hits() {
      return store.hits
    },
    get misses() {
      return store.misses
    },
    configure({ capacity = store.maxPackets, admit = store.isAdmitting, serve = store.isServing }) {
      if (capacity > MAX_CONTENT_STORE_CAPACITY)
        return `the Content Store has at most ${MAX_CONTENT_STORE_CAPACITY} packets, not ${capacity}`
      if (capacity !== store.maxPackets) store.maxPackets = capacity
      store.isAdmitting = admit
      store.isServing = serve
      return undefined
    },
    erase(prefix, limit) {
      const erased = store.erase(prefix, limit)
      // Where there were just as many, who asks again is told of none.
      return { erased, hasMore: erased >= limit }
    },
  }
}
