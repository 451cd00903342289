/** The same items in the same order, but another one first: for each round in which all have their turn. */
export function rotate<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
