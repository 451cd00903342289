export type ParameterValue = string | number | boolean
export type ParameterType = 'string' | 'integer' | 'number' | 'boolean'

/** One parameter in a manifest: a subset of JSON Schema. */
export interface ParameterSpec {
  readonly type: ParameterType
  readonly description?: string | undefined
  /** Without a default, a parameter that is not given is absent. */
  readonly default?: ParameterValue | undefined
  /** Whether a chain must give it. Default false. */
  readonly required?: boolean | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly enum?: readonly ParameterValue[] | undefined
  /** Regular expression that a string must match somewhere, as in JSON Schema; anchor it with ^ and $. */
  readonly pattern?: string | undefined
  /** Most characters of a string. Default {@link PARAMETER_DEFAULT_MAX_LENGTH}. */
  readonly maxLength?: number | undefined
}

/** One parameter as it stands in a chain, e.g. `width=640`. */
export interface ParameterEntry {
  readonly key: string
  readonly value: string
}

/** Most characters of a string parameter whose manifest gives no `maxLength`. */
export const PARAMETER_DEFAULT_MAX_LENGTH = 256

/** Most characters of a number as written in a chain. */
const PARAMETER_NUMBER_MAX_LENGTH = 32

/** Characters of a refused value that its error message shows. */
const SHOWN_VALUE_LENGTH = 40

export type ParameterErrorCode =
  | 'parameter-unknown'
  | 'parameter-repeated'
  | 'parameter-missing'
  | 'parameter-invalid'

/** A chain gives a function parameters that its manifest does not allow. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError'
  readonly code: ParameterErrorCode
  /** Name of the function. */
  readonly function: string
  /** Name of the parameter. */
  readonly parameter: string

  /** The message without the function's name. */
  readonly reason: string

  constructor(code: ParameterErrorCode, functionName: string, parameter: string, reason: string) {
    super(`${functionName}: ${reason}`)
    this.code = code
    this.reason = reason
    this.function = functionName
    this.parameter = parameter
  }
}

/** What {@link readParameters} needs of a manifest. */
export interface ParameterOwner {
  readonly name: string
  readonly parameters: Readonly<Record<string, ParameterSpec>>
}

/**
 * Reads the parameters of one function in a chain: text to typed values, defaults filled in, bounds checked.
 * @throws ParameterError which names function, parameter, value, and what is allowed.
 */
export function readParameters(
  { name, parameters }: ParameterOwner,
  entries: Iterable<ParameterEntry>,
): Record<string, ParameterValue> {
  const values: Record<string, ParameterValue> = {}
  for (const { key, value } of entries) {
    const spec = Object.hasOwn(parameters, key) ? parameters[key] : undefined
    if (!spec) {
      throw new ParameterError('parameter-unknown', name, key, describeUnknown(key, parameters))
    }
    if (Object.hasOwn(values, key)) {
      throw new ParameterError('parameter-repeated', name, key, `parameter ${key} is given twice`)
    }
    const read = readText(spec, value)
    if (read === undefined || !isAllowed(spec, read)) {
      const message = `${key}=${show(value)} is not allowed; ${key} is ${describeAllowed(spec)}`
      throw new ParameterError('parameter-invalid', name, key, message)
    }
    values[key] = read
  }
  for (const [key, spec] of Object.entries(parameters)) {
    if (Object.hasOwn(values, key)) continue
    if (spec.default !== undefined) values[key] = spec.default
    else if (spec.required) {
      const message = `parameter ${key} is missing; ${key} is ${describeAllowed(spec)}`
      throw new ParameterError('parameter-missing', name, key, message)
    }
  }
  return values
}

/** Whether a typed value lies within what `spec` allows. */
export function isAllowed(spec: ParameterSpec, value: ParameterValue): boolean {
  if (spec.enum && !spec.enum.includes(value)) return false
  switch (spec.type) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'string':
      return (
        typeof value === 'string' &&
        countCharacters(value) <= (spec.maxLength ?? PARAMETER_DEFAULT_MAX_LENGTH) &&
        (spec.pattern === undefined || new RegExp(spec.pattern, 'u').test(value))
      )
    case 'integer':
    case 'number':
      return (
        typeof value === 'number' &&
        (spec.type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
        value >= (spec.minimum ?? -Infinity) &&
        value <= (spec.maximum ?? Infinity)
      )
  }
}

/** Says what `spec` allows, for messages and help: `an integer from 1 to 16384`. */
export function describeAllowed(spec: ParameterSpec): string {
  if (spec.enum) return `one of ${spec.enum.join(', ')}`
  if (spec.type === 'boolean') return 'true or false'
  if (spec.type === 'string') {
    const most = `a string of at most ${spec.maxLength ?? PARAMETER_DEFAULT_MAX_LENGTH} characters`
    return spec.pattern === undefined ? most : `${most} that matches ${spec.pattern}`
  }
  const kind = spec.type === 'integer' ? 'an integer' : 'a number'
  const { minimum, maximum } = spec
  if (minimum !== undefined && maximum !== undefined) return `${kind} from ${minimum} to ${maximum}`
  if (minimum !== undefined) return `${kind} of at least ${minimum}`
  if (maximum !== undefined) return `${kind} of at most ${maximum}`
  return kind
}

function readText({ type, maxLength }: ParameterSpec, text: string): ParameterValue | undefined {
  switch (type) {
    case 'string':
      return text.length <= 2 * (maxLength ?? PARAMETER_DEFAULT_MAX_LENGTH) ? text : undefined
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'integer':
      // One number has one spelling, so that equal requests are equal names.
      return isNumberText(text, /^(?:0|-?[1-9]\d*)$/) ? Number(text) : undefined
    case 'number':
      return isNumberText(text, /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i) ? Number(text) : undefined
  }
}

function isNumberText(text: string, form: RegExp): boolean {
  return text.length <= PARAMETER_NUMBER_MAX_LENGTH && form.test(text)
}

function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

function describeUnknown(key: string, parameters: ParameterOwner['parameters']): string {
  const known = Object.keys(parameters)
  const allowed = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'
  return `unknown parameter ${show(key)}; ${allowed}`
}

function show(value: string): string {
  const short = value.length > SHOWN_VALUE_LENGTH ? `${value.slice(0, SHOWN_VALUE_LENGTH)}…` : value
  return /^[\w.+-]+…?$/.test(short) ? short : JSON.stringify(short)
}
