import { ControllerError } from './errors.ts'

/** What a node answers. @throws ControllerError `unreachable`, or what it is already */
export async function reached<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ControllerError) throw error
    const { name, message } = error as Error
    const code = name === 'CommandError' ? 'bad-request' : 'unreachable'
    throw new ControllerError(code, message, { cause: error })
  }
}
