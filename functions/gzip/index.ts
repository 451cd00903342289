import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { defineFunction } from 'ndn-sfc'

const compress = promisify<Uint8Array, { level: number }, Buffer>(gzip)

export default defineFunction<{ level: number }>({
  apply: (input, { parameters: { level } }) => compress(input, { level }),
})
