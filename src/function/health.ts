import { Component, Name, TT } from '../packet/index.ts'

const INSTANCE_KEYWORD = Component.keyword('instance')
const HEALTH_KEYWORD = Component.keyword('health')
const WORKS_KEYWORD = Component.keyword('works')

/** Where one instance of a function, of however many, is asked of itself: `/<function>/32=instance/<id>`. */
export function instanceName(functionName: string, id: string): Name {
  const first = new Component(TT.FunctionComponent, Buffer.from(functionName))
  return Name.of(first, INSTANCE_KEYWORD, Component.generic(id))
}

/** Name under which an instance of a function says that it is alive: `/<function>/32=instance/<id>/32=health`. */
export function healthName(functionName: string, id: string): Name {
  return instanceName(functionName, id).append(HEALTH_KEYWORD)
}

/** Name under which it says what it has done after its piece of work number `since`: `/<function>/32=instance/<id>/32=works/<since>`. */
export function worksName(functionName: string, id: string, since: number): Name {
  return instanceName(functionName, id).append(WORKS_KEYWORD, Component.generic(String(since)))
}

/** Whether a name asks an instance of itself, and for no work. */
export function isOfInstance(name: Name): boolean {
  return name.typeAt(0) === TT.FunctionComponent && name.at(1)?.equals(INSTANCE_KEYWORD) === true
}

/** Whether it asks whether the instance is alive. */
export function isHealthName(name: Name): boolean {
  return isOfInstance(name) && name.length === 4 && name.at(3)?.equals(HEALTH_KEYWORD) === true
}
