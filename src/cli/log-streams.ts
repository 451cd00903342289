/** Streams to which a program logs that goes on though nobody reads them any more. */
const logStreams = new Set<NodeJS.WriteStream>()

export function addLogStream(stream: NodeJS.WriteStream): void {
  logStreams.add(stream)
}

export function isLogStream(stream: NodeJS.WriteStream): boolean {
  return logStreams.has(stream)
}
