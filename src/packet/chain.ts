import { Component, INVALID_PERCENT, percentDecode, percentEncode } from './component.ts'
import { PacketError, UriError } from './errors.ts'
import { Name } from './name.ts'
import { TT } from './tlv-types.ts'

/** One parameter of a function: a key and its value, both as text. */
export interface Parameter {
  readonly key: string
  readonly value: string
}

/** A function as a chain calls it. */
export interface FunctionCall {
  readonly name: string
  /** Sorted by key; empty where the chain gives none. */
  readonly parameters: readonly Parameter[]
}

/**
 * A service function chain `F3:F2:F1/content`: the functions in the order in which the Interest visits them,
 * and the name of the content that the last of them is applied to. Without functions it is plain content.
 */
export interface Chain {
  readonly functions: readonly FunctionCall[]
  readonly content: Name
}

/**
 * Reads a chain in text form:
 *
 *     chain-uri  = [ function *( ":" function ) ] content-name
 *     function   = name [ "(" key=value *( "," key=value ) ")" ]
 *
 * Names, keys and values are percent-encoded where they hold anything but letters, digits and `-._~`; in a value
 * `!$&'*+;=:@` may also stand as they are.
 * @throws UriError with the position of the fault
 */
export function parseChain(uri: string): Chain {
  const scanner = new Scanner(uri)
  const functions: FunctionCall[] = []
  if (scanner.peek() !== '/') {
    do functions.push(readCall(scanner))
    while (scanner.skip(':'))
    if (scanner.peek() !== '/') scanner.fail(`expected ':' and a function, or '/' and the content's name`)
  }
  return { functions, content: readContent(uri, scanner.position) }
}

/**
 * Reads a function as a chain calls it: `resize(width=640)`.
 * @throws UriError with the position of the fault
 */
export function parseCall(text: string): FunctionCall {
  const scanner = new Scanner(text)
  const call = readCall(scanner)
  if (scanner.position < text.length)
    scanner.fail(call.parameters.length === 0 ? `expected '(' or the end` : 'expected the end')
  return call
}

/** Text form, in its one canonical spelling. */
export function formatChain(chain: Chain): string {
  return chain.functions.map(formatCall).join(':') + chain.content.toString()
}

/** `resize(width=640)` */
export function formatCall(call: FunctionCall): string {
  const name = percentEncode(Buffer.from(call.name))
  return call.parameters.length === 0 ? name : `${name}(${formatParameters(call.parameters)})`
}

/** Sorted by key: equal requests are equal texts. */
function formatParameters(parameters: readonly Parameter[]): string {
  const encode = (text: string): string => percentEncode(Buffer.from(text))
  return [...parameters]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key, value }) => `${encode(key)}=${encode(value)}`)
    .join(',')
}

/**
 * The flat name `/F3/F2/F1/content` of what a chain asks for. Parameters are sorted by key, so that equal requests
 * have equal names.
 */
export function flatName(chain: Chain): Name {
  return Name.of(...chain.functions.flatMap(callComponents), ...chain.content.components)
}

/** The components that stand for one function call in a flat name: its name and, if it has any, its parameters. */
export function callComponents(call: FunctionCall): Component[] {
  const components = [new Component(TT.FunctionComponent, Buffer.from(call.name))]
  if (call.parameters.length > 0) {
    const text = formatParameters(call.parameters)
    components.push(new Component(TT.FunctionParametersComponent, Buffer.from(text)))
  }
  return components
}

/**
 * The way back from `flatName`: what it accepts, `flatName` turns into the same name again.
 * @throws PacketError bad-function-names where a function's name is empty or no UTF-8, or a parameters component
 * does not hold `key=value` pairs, sorted by key, each key once, percent-encoded
 */
export function chainOf(flat: Name): Chain {
  const functions: FunctionCall[] = []
  let i = 0
  while (flat.typeAt(i) === TT.FunctionComponent) {
    const name = decodeText((flat.at(i++) as Component).value)
    if (name === undefined || name === '')
      throw new PacketError('bad-function-names', `a function's name that is empty or not UTF-8`)
    const parameters = flat.typeAt(i) === TT.FunctionParametersComponent ? flat.at(i++) : undefined
    functions.push({ name, parameters: parameters === undefined ? [] : readParametersComponent(parameters) })
  }
  return { functions, content: flat.slice(i) }
}

/** A flat name as a person reads it: the chain where it is one, otherwise the NDN URI. */
export function formatName(flat: Name): string {
  try {
    return formatChain(chainOf(flat))
  } catch {
    return flat.toString()
  }
}

function readParametersComponent(component: Component): Parameter[] {
  const parameters = component.text.split(',').map((pair) => {
    const cut = pair.indexOf('=')
    const key = decodePercent(pair.slice(0, Math.max(cut, 0)))
    const value = decodePercent(pair.slice(cut + 1))
    if (key === undefined || key === '' || value === undefined)
      throw new PacketError('bad-function-names', `'${pair}' is not key=value`)
    return { key, value }
  })
  const isSorted = parameters.every(({ key }, i) => i === 0 || (parameters[i - 1] as Parameter).key < key)
  if (!isSorted || !Buffer.from(formatParameters(parameters)).equals(component.value)) {
    throw new PacketError(
      'bad-function-names',
      `parameters '${component.text}' are not sorted by key, each key once, and percent-encoded`,
    )
  }
  return parameters
}

function decodePercent(text: string): string | undefined {
  return INVALID_PERCENT.test(text) ? undefined : decodeText(percentDecode(text))
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undefined where the octets are not UTF-8: a replacement character would make different names equal. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

class Scanner {
  readonly text: string
  position = 0

  constructor(text: string) {
    this.text = text
  }

  peek(): string {
    return this.text.charAt(this.position)
  }

  skip(char: string): boolean {
    if (this.peek() !== char) return false
    this.position++
    return true
  }

  /** Text made of the characters that `allowed` matches and of percent-encoded octets, decoded. */
  read(allowed: RegExp): string {
    const start = this.position
    for (;;) {
      if (/^%[0-9a-fA-F]{2}/.test(this.text.slice(this.position, this.position + 3))) this.position += 3
      else if (this.peek() === '%') this.fail(`'%' needs two hexadecimal digits`)
      else if (allowed.test(this.peek())) this.position++
      else break
    }
    const text = decodePercent(this.text.slice(start, this.position))
    return text ?? this.fail('percent-encoded octets that are not UTF-8', start)
  }

  fail(reason: string, position = this.position): never {
    throw new UriError(this.text, position, reason)
  }
}

const NAME_CHARACTER = /^[A-Za-z0-9._~-]$/
const VALUE_CHARACTER = /^[A-Za-z0-9._~!$&'*+;=:@-]$/

function readCall(scanner: Scanner): FunctionCall {
  const name = scanner.read(NAME_CHARACTER)
  if (name === '') scanner.fail(`expected a function's name`)
  return { name, parameters: scanner.skip('(') ? readParameterList(scanner) : [] }
}

function readParameterList(scanner: Scanner): Parameter[] {
  const parameters: Parameter[] = []
  do {
    const start = scanner.position
    const key = scanner.read(NAME_CHARACTER)
    if (key === '') scanner.fail(`expected a parameter's name`)
    if (parameters.some((parameter) => parameter.key === key))
      scanner.fail(`parameter '${key}' is given twice`, start)
    if (!scanner.skip('=')) scanner.fail(`expected '=' after parameter '${key}'`)
    parameters.push({ key, value: scanner.read(VALUE_CHARACTER) })
  } while (scanner.skip(','))
  if (!scanner.skip(')')) scanner.fail(`expected ',' or ')'`)
  return parameters.sort((a, b) => (a.key < b.key ? -1 : 1))
}

function readContent(uri: string, position: number): Name {
  const parts = uri.slice(position + 1).split('/')
  if (parts.at(-1) === '') parts.pop()
  if (parts.length === 0) throw new UriError(uri, position, `the content's name is empty`)
  let at = position + 1
  return Name.of(
    ...parts.map((part) => {
      const component = readComponent(uri, part, at)
      at += part.length + 1
      return component
    }),
  )
}

function readComponent(uri: string, text: string, position: number): Component {
  if (text === '')
    throw new UriError(uri, position, `an empty component ('...' stands for one that is meant)`)
  const component = ((): Component => {
    try {
      return Component.parse(text)
    } catch (error) {
      throw new UriError(uri, position + Math.max(0, text.search(INVALID_PERCENT)), (error as Error).message)
    }
  })()
  if (component.type === TT.FunctionComponent || component.type === TT.FunctionParametersComponent)
    throw new UriError(uri, position, `a function cannot be part of the content's name`)
  return component
}
