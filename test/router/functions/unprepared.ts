import { defineFunction } from 'ndn-sfc'

export default defineFunction({
  name: 'unprepared',
  input: '*/*',
  output: 'text/plain',
  limits: { memory: '64MiB' },
  prepare: () => {
    throw new Error('the model is damaged')
  },
  apply: () => 'prepared',
})
