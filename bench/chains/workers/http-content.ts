// Serves the content under every path.
import { CONTENT } from '../content.ts'
import { serveOverHttp } from '../http.ts'
import { serveWorker } from '../worker.ts'

serveWorker({}, await serveOverHttp(() => CONTENT))
