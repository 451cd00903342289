/** A file that the bundler copies beside the bundle; its path, relative to the bundle. */
declare module '*.bin' {
  const path: string
  export default path
}

/** A file that the bundler copies beside the bundle; its path, relative to the bundle. */
declare module '*.wasm' {
  const path: string
  export default path
}
