import { serveWorker } from '../../worker.ts'
import { measureThreads } from '../threads.ts'

serveWorker({ measureThreads })
