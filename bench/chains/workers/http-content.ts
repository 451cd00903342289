// Serves the content under every path.

import { serveWorker } from '../../worker.ts'
import { CONTENT } from '../content.ts'
import { serveOverHttp } from '../http.ts'

serveWorker({}, await serveOverHttp(() => CONTENT))
