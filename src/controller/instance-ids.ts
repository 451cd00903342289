/** Most characters of an instance's id: see `assignmentSchema`. */
const MAX_ID_LENGTH = 64

/** An id that nothing has: `resize-1`. @param taken ids, to which it is added */
export function freshId(name: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const end = `-${number}`
    const id = name.slice(0, MAX_ID_LENGTH - end.length) + end
    if (taken.has(id)) continue
    taken.add(id)
    return id
  }
}
