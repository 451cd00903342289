import { defineFunction } from 'ndn-sfc'

export default defineFunction({
  name: 'copy-1',
  input: '*/*',
  output: 'application/octet-stream',
  apply: (input) => new Uint8Array(input),
})
