// Argument: the folder for Unix sockets.
import { NdntsForwarder } from '../ndnts-forwarder.ts'
import { serveForwarder } from '../serve-forwarder.ts'

serveForwarder(new NdntsForwarder(process.argv[2] as string))
