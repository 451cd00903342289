import type { EngineEvent } from './engine.ts'

/** Those who watch an engine. */
export class EventListeners {
  readonly #listeners = new Set<(event: EngineEvent) => void>()

  add(listener: (event: EngineEvent) => void): () => void {
    // A wrapper of its own for each call, so that one listener given twice is let go of once at a time.
    const entry = (event: EngineEvent) => listener(event)
    this.#listeners.add(entry)
    return () => {
      this.#listeners.delete(entry)
    }
  }

  emit(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }
}
