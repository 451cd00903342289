import { createHash } from 'node:crypto'
import { defineFunction } from 'ndn-sfc'

export default defineFunction({
  apply: (input) => `${createHash('sha256').update(input).digest('hex')}\n`,
})
