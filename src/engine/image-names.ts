/** Labels of our images and containers. */
export const LABELS = {
  /** Name of the function. */
  function: 'ndn-sfc.function',
  /** Digest of the artifact. */
  digest: 'ndn-sfc.digest',
  /** Digest of Node.js and the host's programs below the function. */
  platform: 'ndn-sfc.platform',
  /** Name of the node that a container belongs to. */
  node: 'ndn-sfc.node',
  /** Id of the instance that a container is. */
  instance: 'ndn-sfc.instance',
} as const

/** Labels of a function's image. */
export function imageLabels(name: string, digest: string, platform: string): Record<string, string> {
  return { [LABELS.function]: name, [LABELS.digest]: digest, [LABELS.platform]: platform }
}

/** A function's name as the last part of its image's. */
export function imageName(functionName: string): string {
  // A repository's name neither begins nor ends with a hyphen (OCI Distribution Specification, "Pulling manifests").
  return functionName.replace(/^-+|-+$/g, (hyphens) => 'x'.repeat(hyphens.length))
}
