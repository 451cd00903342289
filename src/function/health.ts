import { Component, Name, TT } from '../packet/index.ts'

const INSTANCE_KEYWORD = Component.keyword('instance')
const HEALTH_KEYWORD = Component.keyword('health')
const WORKS_KEYWORD = Component.keyword('works')

/** Most digits of the number of a piece of work. */
const MAX_DIGITS = 15

/** What an instance is asked of itself: whether it is alive, or what it has done after the piece of work of a number. */
export type InstanceQuestion =
  | { readonly about: 'health' }
  | { readonly about: 'works'; readonly since: number }

/**
 * Name that leads to one instance of a function, whoever gave it this id: `/128=<function>/32=instance/<id>`. The instance
 * does not know its id, and answers for any.
 */
export function instanceName(functionName: string, id: string): Name {
  const component = new Component(TT.FunctionComponent, Buffer.from(functionName))
  return Name.of(component, INSTANCE_KEYWORD, Component.generic(id))
}

/** Name under which an instance says that it is alive. */
export function healthName(functionName: string, id: string): Name {
  return instanceName(functionName, id).append(HEALTH_KEYWORD)
}

/** Name under which an instance says what it has done after the piece of work of a number; 0 for all that it remembers. */
export function worksName(functionName: string, id: string, since: number): Name {
  return instanceName(functionName, id).append(WORKS_KEYWORD, Component.generic(String(since)))
}

/** Undefined for the name of anything else, such as work. */
export function readInstanceQuestion(name: Name): InstanceQuestion | undefined {
  // Nearly all names are of work, and end here.
  if (name.typeAt(1) !== TT.KeywordNameComponent) return undefined
  const [, instance, , question, since] = name.components
  if (instance?.equals(INSTANCE_KEYWORD) !== true || question === undefined) return undefined
  if (name.length === 4 && question.equals(HEALTH_KEYWORD)) return { about: 'health' }
  if (name.length !== 5 || !question.equals(WORKS_KEYWORD)) return undefined
  const digits = since?.type === TT.GenericNameComponent ? since.text : ''
  if (!/^\d+$/.test(digits) || digits.length > MAX_DIGITS) return undefined
  return { about: 'works', since: Number(digits) }
}

/** Whether a name asks something below that of an instance, which is no work. */
export function isOfInstance(name: Name): boolean {
  return name.typeAt(0) === TT.FunctionComponent && name.at(1)?.equals(INSTANCE_KEYWORD) === true
}
