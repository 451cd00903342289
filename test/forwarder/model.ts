import fc from 'fast-check'
import { Component, Name, TT } from '../../src/packet/index.ts'

/** Names from few components, functions among them, so that they are often equal or prefixes of one another. */
export const names = fc
  .array(
    fc.constantFrom(
      Component.generic('a'),
      Component.generic('b'),
      new Component(TT.FunctionComponent, Buffer.from('a')),
      Component.segment(0),
      Component.segment(1),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((components) => Name.of(...components))

/** Prefix by the definition: component by component. */
export function isPrefix(prefix: Name, name: Name): boolean {
  return (
    prefix.length <= name.length &&
    prefix.components.every((component, i) => component.equals(name.at(i) as Component))
  )
}

export function isEqual(a: Name, b: Name): boolean {
  return a.length === b.length && isPrefix(a, b)
}
