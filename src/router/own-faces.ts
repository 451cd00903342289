import type { Face } from '../face/index.ts'

/** A face of the forwarder that leads to the node itself or to one of its functions. */
export interface OwnFace {
  readonly id: number
  /** As it is shown: `internal://`, or `function://<name>`. */
  readonly uri: string
  readonly hasLocalFields: boolean
  /** What carries packets now; a function has none between two instances. */
  readonly face: Face | undefined
}

/** The faces that do not lead out of the node: they are there for as long as the node, or an instance, is. */
export class OwnFaces {
  readonly #faces = new Map<number, OwnFace>()

  add(face: OwnFace): void {
    this.#faces.set(face.id, face)
  }

  remove(id: number): void {
    this.#faces.delete(id)
  }

  get(id: number): OwnFace | undefined {
    return this.#faces.get(id)
  }

  ids(): Iterable<number> {
    return this.#faces.keys()
  }
}
