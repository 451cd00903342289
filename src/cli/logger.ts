import { type DestinationStream, type Logger, pino } from 'pino'
import { addLogStream } from './log-streams.ts'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Fields that the message says already, or that a person does not need. */
const HIDDEN_FIELDS = 'pid,hostname,node,function,instance,ms,addresses,state,url,by,method,status'

const MESSAGE_FORMAT =
  '{if node}{node}: {end}{if function}{function}: {end}{if instance}{instance}: {end}{msg}'

/** A logger that writes for a person where the stream is a terminal, otherwise one JSON object a line. */
export async function createLogger(level: LogLevel, stream: NodeJS.WriteStream): Promise<Logger> {
  addLogStream(stream)
  return pino({ level, base: null }, await destination(stream))
}

async function destination(stream: NodeJS.WriteStream): Promise<DestinationStream> {
  if (!stream.isTTY) return stream
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    destination: stream,
    // At once, so that nothing is lost when the process ends.
    sync: true,
    colorize: stream.hasColors(),
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: HIDDEN_FIELDS,
    messageFormat: MESSAGE_FORMAT,
  })
}
