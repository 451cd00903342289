// Argument: the folder for Unix sockets.
import { Relay } from '../relay.ts'
import { serveForwarder } from '../serve-forwarder.ts'

serveForwarder(new Relay(process.argv[2] as string))
