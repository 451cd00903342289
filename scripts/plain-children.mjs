// Loaded into the process of each test file. What a test starts is to run as its users run it: without the hooks that
// tap, for its coverage, gives to every child process, and without those for TypeScript that it gives to every thread.
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'
import processOnSpawn from 'process-on-spawn'

processOnSpawn.removeAllListeners()

if (isMainThread) {
  // On Node.js 20, this plugin of tap takes back the setting by which it does nothing. It does so only once.
  const { plugin } = await import('@tapjs/typescript')
  plugin()
  process.env.TAP_TYPE_STRIP_ONLY = '1'
}
