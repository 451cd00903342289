import { defineFunction } from 'ndn-sfc'

/** A function that goes wrong in the way that it is told. */
export default defineFunction({
  name: 'trouble',
  input: '*/*',
  output: 'text/plain',
  parameters: {
    mode: {
      type: 'string',
      enum: ['none', 'throw', 'exit', 'stall', 'spin', 'nothing', 'number', 'slow'],
      default: 'none',
    },
    // Makes requests differ.
    key: { type: 'string', default: '' },
  },
  limits: { timeout: '300ms', concurrency: 8, memory: '64MiB' },
  apply: async (input, { parameters, log }) => {
    log(`working on ${parameters.mode} ${parameters.key}`)
    switch (parameters.mode) {
      case 'throw':
        throw new RangeError('the lens cap is on')
      case 'exit':
        console.error('no more film')
        process.exit(3)
        break
      case 'stall':
        await new Promise(() => {})
        break
      case 'spin':
        for (;;);
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, 250))
        break
      case 'nothing':
        return undefined as unknown as string
      case 'number':
        return 42 as unknown as string
    }
    return `${Buffer.from(input)} by ${process.pid}`
  },
})
