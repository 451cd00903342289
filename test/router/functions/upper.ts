import { defineFunction } from 'ndn-sfc'

export default defineFunction({
  name: 'upper',
  input: 'text/plain',
  output: 'text/plain',
  apply: (input) => Buffer.from(input).toString().toUpperCase(),
})
