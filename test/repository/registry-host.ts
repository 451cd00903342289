import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Test } from 'tap'
import { temporaryFolder } from '../engine/fixture.ts'

const PROGRAM = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'docker-registry'))
  .find((path) => existsSync(path))

if (PROGRAM === undefined && process.env.REQUIRE_DOCKER === '1') {
  throw new Error('REQUIRE_DOCKER=1, but there is no docker-registry: apt-get install docker-registry')
}

/** For `t.test(name, { skip: skipWithoutRegistry }, …)`: false, or why tests with a registry cannot run here. */
export const skipWithoutRegistry: false | string =
  PROGRAM === undefined ? 'there is no docker-registry: apt-get install docker-registry' : false

export const USER = { username: 'operator', password: 'secret' } as const
/** What `htpasswd -Bbn operator secret` gives. */
const HTPASSWD = 'operator:$2b$04$luLyzXkKeh0.ij3a29HO/eUwnzW.GHhLtYpi5dqAum4XtIFJygw/.\n'

export interface RegistryOptions {
  /** Whether it wants {@link USER}. */
  readonly withPassword?: boolean
  readonly withDeletion?: boolean
  /** Certificate and key, in files. */
  readonly tls?: { readonly certificate: string; readonly key: string }
}

/** The reference registry, on a port that is free and with storage of its own. */
export class RegistryHost {
  readonly #folder: string
  readonly #config: string
  #process: ChildProcess | undefined
  #port = 0
  readonly #scheme: string

  private constructor(folder: string, scheme: string) {
    this.#folder = folder
    this.#scheme = scheme
    this.#config = join(folder, 'config.yml')
  }

  static async start(t: Test, options: RegistryOptions = {}): Promise<RegistryHost> {
    const host = new RegistryHost(await temporaryFolder(t), options.tls === undefined ? 'http' : 'https')
    t.teardown(() => host.stop())
    await host.#configure(options)
    await host.run()
    return host
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`
  }

  get storage(): string {
    return join(this.#folder, 'storage')
  }

  /** Starts it, again on the same port after it was stopped. */
  async run(): Promise<void> {
    const environment = {
      ...process.env,
      REGISTRY_HTTP_ADDR: `127.0.0.1:${this.#port}`,
      OTEL_TRACES_EXPORTER: 'none',
    }
    const child = spawn(PROGRAM as string, ['serve', this.#config], {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = child
    let said = ''
    this.#port = await new Promise<number>((resolve, reject) => {
      child.stderr?.on('data', (chunk) => {
        said = (said + chunk).slice(-10_000)
        const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]
        if (port !== undefined) resolve(Number(port))
      })
      child.once('close', () => reject(new Error(`docker-registry ended:\n${said}`)))
    })
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  }

  async #configure({ withPassword = false, withDeletion = true, tls }: RegistryOptions): Promise<void> {
    const htpasswd = join(this.#folder, 'htpasswd')
    await writeFile(htpasswd, HTPASSWD)
    const config = {
      version: '0.1',
      log: { level: 'info', accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: this.storage },
        delete: { enabled: withDeletion },
        maintenance: { uploadpurging: { enabled: false } },
      },
      http: {
        secret: 'of a test',
        ...(tls === undefined ? {} : { tls: { certificate: tls.certificate, key: tls.key } }),
      },
      ...(withPassword ? { auth: { htpasswd: { realm: 'test', path: htpasswd } } } : {}),
    }
    await writeFile(this.#config, JSON.stringify(config))
  }
}
