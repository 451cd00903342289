// Asks the first server of the chain. Argument: its port.

import { serveWorker } from '../../worker.ts'
import { checkResult, PREFIX } from '../content.ts'
import { generate, type Load } from '../generate.ts'
import { fetchOverHttp } from '../http.ts'

const port = Number(process.argv[2])
let next = 0

async function ask(): Promise<void> {
  checkResult(await fetchOverHttp(port, `${PREFIX}/${process.pid}/${next++}`))
}

serveWorker({ generate: (load: Load) => generate(ask, load) })
