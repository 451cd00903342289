// Copies what the next server of the chain gives. Argument: that server's port.

import { serveWorker } from '../../worker.ts'
import { fetchOverHttp, serveOverHttp } from '../http.ts'

const port = Number(process.argv[2])
serveWorker({}, await serveOverHttp(async (path) => new Uint8Array(await fetchOverHttp(port, path))))
