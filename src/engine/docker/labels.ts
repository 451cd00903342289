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
