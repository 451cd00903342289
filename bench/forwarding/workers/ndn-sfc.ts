// Argument: the folder for Unix sockets.
import { NdnSfcForwarder } from '../ndn-sfc-process.ts'
import { serveForwarder } from '../serve-forwarder.ts'

serveForwarder(await NdnSfcForwarder.create(process.argv[2] as string))
