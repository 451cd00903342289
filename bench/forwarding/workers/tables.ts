import { serveWorker } from '../../worker.ts'
import { measureTable } from '../growth.ts'

serveWorker({ measureTable })
