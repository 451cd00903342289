import { defineFunction } from 'ndn-sfc'

/** Puts its input between brackets, or repeats it until it needs several segments. */
export default defineFunction({
  name: 'wrap',
  input: '*/*',
  output: 'text/plain',
  parameters: {
    times: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1 },
  },
  apply: (input, { parameters }) => `(${Buffer.from(input).toString().repeat(Number(parameters.times))})`,
})
