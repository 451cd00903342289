import { serveWorker } from '../../worker.ts'
import { Generator } from '../generator.ts'
import type { Load } from '../load.ts'
import { profiler } from '../profiler.ts'

const generator = new Generator()

serveWorker({
  connectProducer: (uri: string) => generator.connectProducer(uri),
  connectConsumers: (uri: string, count: number) => generator.connectConsumers(uri, count),
  fill: (load: Load) => generator.fill(load),
  load: (load: Load) => generator.load(load),
  close: () => generator.close(),
  ...profiler,
})
