import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { imageArchitecture } from '../architecture.ts'
import { EngineError, type EngineErrorCode } from '../engine.ts'

/** How long an engine may take to say that it is there, in milliseconds. */
export const CONNECT_TIMEOUT = 2000
/** How long an engine may take to answer a request, in milliseconds; starting a container on a busy disk is slow. */
export const CALL_TIMEOUT = 60_000

const CONNECTION_ERRORS =
  /^(ECONN|ENOENT$|EACCES$|EPERM$|EPIPE$|ENOTFOUND$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$)/

/** What is known of an engine that answers. */
export interface DockerFacts {
  readonly version: string
  /** CPUs of the engine's machine; it refuses to give a container more. */
  readonly cpus: number
  /** Whether it can keep containers on the CPUs that they are given. */
  readonly canPin: boolean
}

/** A Docker Engine, and words for what goes wrong with it. */
export class DockerClient {
  readonly docker: Docker
  /** For error messages, e.g. `unix:///var/run/docker.sock`. */
  readonly address: string

  readonly #agent: HttpAgent

  private constructor(docker: Docker, address: string, agent: HttpAgent) {
    this.docker = docker
    this.address = address
    this.#agent = agent
  }

  /** @param options - default: as the environment variables DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say. */
  static async open(options?: Docker.DockerOptions): Promise<DockerClient> {
    const docker = new Docker(options)
    const modem = docker.modem as unknown as Modem
    const socketPath = await modem.getSocketPath()
    // A connection kept for later would be a dead one once the engine was started again.
    const kept = { keepAlive: false }
    const agent = modem.protocol === 'https' ? new HttpsAgent(kept) : new HttpAgent(kept)
    if (modem.protocol !== 'ssh') modem.agent = agent
    const address =
      socketPath === undefined ? `tcp://${modem.host}:${modem.port ?? ''}` : `unix://${socketPath}`
    return new DockerClient(docker, address, agent)
  }

  /** Ends every request that is still under way. */
  close(): void {
    this.#agent.destroy()
  }

  /**
   * Asks the engine what it is.
   * @throws EngineError `engine-unreachable` if none answers, or one that cannot run this machine's Node.js.
   */
  async check(timeout = CONNECT_TIMEOUT): Promise<DockerFacts> {
    const [version, info] = await this.call(
      'say its version',
      async (docker) => [await docker.version(), (await docker.info()) as EngineInfo] as const,
      'engine-unreachable',
      timeout,
    )
    const own = imageArchitecture()
    if (process.platform !== 'linux' || version.Os !== 'linux' || version.Arch !== own) {
      const [here, there] = [`${process.platform}/${own}`, `${version.Os}/${version.Arch}`]
      const why = `it runs ${there} programs, and the base image is made of this machine's Node.js (${here})`
      throw new EngineError(
        'engine-unreachable',
        `the Docker Engine at ${this.address} cannot be used: ${why}`,
      )
    }
    return { version: version.Version, cpus: info.NCPU, canPin: info.CPUSet !== false }
  }

  /**
   * Makes a request.
   * @param what - completes "the Docker Engine could not …".
   * @param code - of the error if nothing more particular is known.
   * @throws EngineError
   */
  async call<T>(
    what: string,
    request: (docker: Docker) => Promise<T>,
    code: EngineErrorCode = 'start-failed',
    timeout = CALL_TIMEOUT,
  ): Promise<T> {
    // A response that is cut short never settles dockerode's promise.
    const answered = new AbortController()
    const tooLate = delay(timeout, undefined, answered).then(
      () => Promise.reject(new NoAnswer(timeout)),
      () => undefined as never,
    )
    try {
      return await Promise.race([request(this.docker), tooLate])
    } catch (cause) {
      throw this.explain(cause, what, code)
    } finally {
      answered.abort()
    }
  }

  /** The EngineError for whatever dockerode throws. */
  explain(cause: unknown, what: string, code: EngineErrorCode): EngineError {
    if (cause instanceof EngineError) return cause
    const error = cause as NodeJS.ErrnoException & { statusCode?: number }
    const reason = (error.message ?? String(cause)).replace(/^\(HTTP code \d+\) [^-]*- /, '').trim()
    if (
      error.statusCode === undefined &&
      (cause instanceof NoAnswer || CONNECTION_ERRORS.test(error.code ?? ''))
    ) {
      return new EngineError('engine-unreachable', this.#explainUnreachable(error), cause)
    }
    const message = `the Docker Engine could not ${what}: ${reason}`
    if (/no space left on device|ENOSPC/i.test(reason)) {
      return new EngineError(
        'disk-full',
        `${message}; free some space, e.g. with "docker system prune"`,
        cause,
      )
    }
    if (error.statusCode === 404 && /no such image/i.test(reason)) {
      return new EngineError(
        'image-missing',
        `${message}; prepare the function again to make its image`,
        cause,
      )
    }
    return new EngineError(error.statusCode === 404 ? 'no-such-instance' : code, message, cause)
  }

  #explainUnreachable({ code, message }: NodeJS.ErrnoException): string {
    const none = `no Docker Engine answers at ${this.address} (${message})`
    if (code === 'EACCES' || code === 'EPERM') return `${none}: join the group "docker", or run as root`
    return `${none}: start it, e.g. with "sudo systemctl start docker", or say with DOCKER_HOST where it is`
  }
}

/**
 * Whether a Docker Engine answers that instances can run on.
 * @returns true, or why not.
 */
export async function isDockerAvailable(
  options?: Docker.DockerOptions,
  timeout = CONNECT_TIMEOUT,
): Promise<true | EngineError> {
  const client = await DockerClient.open(options)
  try {
    await client.check(timeout)
    return true
  } catch (error) {
    if (error instanceof EngineError) return error
    throw error
  } finally {
    client.close()
  }
}

/** Whether the error says that something is not there, or is being removed just now. */
export function isGone(error: unknown): boolean {
  const status = statusOf(error)
  return status === 404 || status === 409 || status === 304
}

/** Whether the error says that a name is taken. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409
}

export function ignoreGone(error: unknown): void {
  if (!isGone(error)) throw error
}

export function ignoreUnreachable(error: unknown): void {
  if ((error as Partial<EngineError>).code !== 'engine-unreachable') throw error
}

function statusOf(error: unknown): number | undefined {
  return ((error as EngineError).cause as { statusCode?: number } | undefined)?.statusCode
}

/** Of what an engine says of itself. */
interface EngineInfo {
  readonly NCPU: number
  readonly CPUSet?: boolean
}

/** What @types/dockerode leaves out of docker-modem. */
interface Modem {
  getSocketPath(): Promise<string> | undefined
  agent?: HttpAgent
  protocol?: 'http' | 'https' | 'ssh'
  host?: string
  port?: string | number
}

class NoAnswer extends Error {
  constructor(timeout: number) {
    super(`no answer within ${timeout} ms`)
  }
}
