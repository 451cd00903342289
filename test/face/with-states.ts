import type { Face, FaceEvents } from '../../src/face/index.ts'

/** A face whose owner is told of its state as well. */
export function withStates(face: Face, onStateChange: NonNullable<FaceEvents['onStateChange']>): Face {
  return new Proxy(face, {
    get(target, key) {
      if (key === 'start') return (events: FaceEvents) => target.start({ ...events, onStateChange })
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
