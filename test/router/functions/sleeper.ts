import { defineFunction } from 'ndn-sfc'

/** Its model never loads. */
export default defineFunction({
  name: 'sleeper',
  input: '*/*',
  output: 'text/plain',
  limits: { memory: '64MiB' },
  prepare: () => new Promise(() => setInterval(() => {}, 1000)),
  apply: () => 'awake',
})
