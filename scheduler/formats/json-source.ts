import { fail, type Path, ProblemList, positionAt, type Source } from '../../files/index.ts'

/** @throws FileError where it is no JSON */
export function jsonSource(text: string, file: string): Source {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const scanner = new Scanner(text)
    let offset = 0
    try {
      offset = scanner.space(scanner.skip(scanner.space(0)))
    } catch (error) {
      if (!(error instanceof Fault))
        return fail(file, undefined, 'its values stand too deep in one another', cause)
      offset = error.offset
    }
    return fail(file, positionAt(text, offset), 'this is no JSON', cause)
  }
  return { value, problems: new ProblemList(file, (path) => positionAt(text, locate(text, path))) }
}

/** The offset of a field: its key in an object, its value in a list. Of what is not there, where it should be. */
function locate(text: string, path: Path): number {
  const scanner = new Scanner(text)
  let value = scanner.space(0)
  let found = value
  try {
    for (const step of path) {
      const next = scanner.member(value, step)
      if (next === undefined) break
      found = next.key
      value = next.value
    }
  } catch {
    // Too deep: what is found so far is near enough.
  }
  return found
}

class Fault extends Error {
  readonly offset: number

  constructor(offset: number) {
    super('no JSON')
    this.offset = offset
  }
}

/** Goes through a text of JSON, since JSON.parse does not say where things are, nor on each Node.js where a fault is. */
class Scanner {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  space(at: number): number {
    let end = at
    while (end < this.#text.length && ' \t\n\r'.includes(this.#text[end] as string)) end++
    return end
  }

  /** From the start of a value to after it. */
  skip(at: number): number {
    const first = this.#text[at]
    if (first === '"') return this.#match(STRING, at)
    if (first !== '{' && first !== '[') return this.#match(LITERAL, at)
    const members = this.#members(at)
    for (;;) {
      const { done, value } = members.next()
      if (done) return value
    }
  }

  member(at: number, step: PropertyKey): Member | undefined {
    let index = 0
    for (const member of this.#members(at)) {
      if ((this.#text[at] === '{' ? this.#string(member.key) : index++) === step) return member
    }
    return undefined
  }

  /** @returns the offset after the bracket that closes what opens at `at` */
  *#members(at: number): Generator<Member, number> {
    const isObject = this.#text[at] === '{'
    const close = isObject ? '}' : ']'
    if (!isObject && this.#text[at] !== '[') return at
    let next = this.space(at + 1)
    if (this.#text[next] === close) return next + 1
    for (;;) {
      const key = next
      let value = key
      if (isObject) {
        const colon = this.space(this.#match(STRING, key))
        if (this.#text[colon] !== ':') throw new Fault(colon)
        value = this.space(colon + 1)
      }
      yield { key, value }
      next = this.space(this.skip(value))
      if (this.#text[next] === close) return next + 1
      if (this.#text[next] !== ',') throw new Fault(next)
      next = this.space(next + 1)
    }
  }

  #string(at: number): string {
    return JSON.parse(this.#text.slice(at, this.#match(STRING, at)))
  }

  #match(pattern: RegExp, at: number): number {
    pattern.lastIndex = at
    if (!pattern.test(this.#text)) throw new Fault(at)
    return pattern.lastIndex
  }
}

/** Offsets: where a member of an object or list begins, and where its value does. */
interface Member {
  readonly key: number
  readonly value: number
}

const STRING = /"[^"\\\n]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[^"\\\n]*)*"/y
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
