import { PacketError } from './errors.ts'
import type { Name } from './name.ts'
import { TlvReader, type TlvWriter } from './tlv.ts'
import { TT } from './tlv-types.ts'

/**
 * How an Interest carries its flat name:
 * - `flat`: all of it in Name, as any NDN forwarder understands it;
 * - `extended`: the functions in FunctionNames, the content in Name;
 * - `dispatched`: extended, with the function that is to run taken out as CurrentFunction; only from a router to it.
 *
 * A flat name that begins with no function, or has no content after its functions, is flat in every form.
 */
export type InterestForm = 'flat' | 'extended' | 'dispatched'

/** Writes Name, FunctionNames and CurrentFunction of a flat name, as the form demands. */
export function writeName(writer: TlvWriter, { value }: Name, form: InterestForm): void {
  const end = form === 'flat' ? 0 : functionsEnd(value, Number.POSITIVE_INFINITY)
  // A Name may not be empty, so functions without content stay in it.
  const cut = end === value.length ? 0 : end
  const cutCurrent = form === 'dispatched' && cut > 0 ? functionsEnd(value, 1) : 0
  if (cutCurrent > 0) writer.element(TT.CurrentFunction, value.subarray(0, cutCurrent))
  if (cut > cutCurrent) writer.element(TT.FunctionNames, value.subarray(cutCurrent, cut))
  writer.element(TT.Name, value.subarray(cut))
}

/** Where in a flat name's value the first `count` functions end. */
function functionsEnd(value: Uint8Array, count: number): number {
  const reader = new TlvReader(value)
  let functions = 0
  let previous = 0
  let end = 0
  while (reader.next()) {
    if (reader.type === TT.FunctionComponent && functions < count) functions++
    else if (!isParametersOf(previous, reader.type)) break
    previous = reader.type
    end = reader.valueEnd
  }
  return end
}

/**
 * Checks that FunctionNames or CurrentFunction holds functions with their parameters, at least one, at most `count`, and
 * nothing else.
 * @throws PacketError bad-function-names
 */
export function checkFunctions(element: TlvReader, count: number): void {
  const reader = element.inside()
  let functions = 0
  let previous = 0
  while (reader.next()) {
    if (reader.type === TT.FunctionComponent) functions++
    else if (!isParametersOf(previous, reader.type)) {
      throw new PacketError(
        'bad-function-names',
        `component of type ${reader.type} where a function's name must stand`,
      )
    }
    previous = reader.type
  }
  if (functions < 1) throw new PacketError('bad-function-names', `element ${element.type} names no function`)
  if (functions > count)
    throw new PacketError('bad-function-names', `${functions} functions in CurrentFunction`)
}

function isParametersOf(previous: number, type: number): boolean {
  return type === TT.FunctionParametersComponent && previous === TT.FunctionComponent
}
