// Asks a router for the chain. Argument: the router's address.
import { Endpoint, fetchObject } from '../../../src/endpoint/index.ts'
import { connect } from '../../../src/face/index.ts'
import { flatName, parseChain } from '../../../src/packet/index.ts'
import { serveWorker } from '../../worker.ts'
import { checkResult, FUNCTIONS, PREFIX } from '../content.ts'
import { generate, type Load } from '../generate.ts'

const [address = ''] = process.argv.slice(2)
const endpoint = new Endpoint(await connect(address))
let next = 0

async function ask(): Promise<void> {
  const uri = `${FUNCTIONS.join(':')}${PREFIX}/${process.pid}/${next++}`
  const { content } = await fetchObject(endpoint, flatName(parseChain(uri)))
  checkResult(content)
}

serveWorker({ generate: (load: Load) => generate(ask, load) })
