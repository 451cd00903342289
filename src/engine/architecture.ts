/** Node.js and Go name the same processors differently. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  mipsel: 'mipsle',
  ppc64: 'ppc64le',
}

/** A processor's architecture as images have it (Go's GOARCH). @defaultValue this machine's */
export function imageArchitecture(nodeArchitecture: string = process.arch): string {
  return GO_ARCHITECTURES[nodeArchitecture] ?? nodeArchitecture
}
