import { Component, Name, TT } from '../packet/index.ts'

const HEALTH_KEYWORD = Component.keyword('health')

/** Name under which an instance of a function says that it is alive: `/<function>/32=health`. */
export function healthName(functionName: string): Name {
  return Name.of(new Component(TT.FunctionComponent, Buffer.from(functionName)), HEALTH_KEYWORD)
}
