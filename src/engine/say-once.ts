/** Passes on each message the first time that it is said. */
export function sayOnce(tell: ((message: string) => void) | undefined): (message: string) => void {
  const said = new Set<string>()
  return (message) => {
    if (said.has(message)) return
    said.add(message)
    tell?.(message)
  }
}
