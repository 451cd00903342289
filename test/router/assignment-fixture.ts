import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import {
  type AssignedInstance,
  type Assignment,
  assignmentSchema,
  assignNode,
  type InstanceReport,
  type InstanceState,
} from '../../src/control/index.ts'
import type { Endpoint } from '../../src/endpoint/index.ts'
import { FetchError } from '../../src/endpoint/index.ts'
import { artifactsOf, buildArtifact } from '../../src/engine/index.ts'
import { BlobStore, buildImage, push, Repository } from '../../src/repository/index.ts'
import type { Node } from '../../src/router/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { RegistryHost } from '../repository/registry-host.ts'
import { askText, makeHome, writeFunction } from './fixture.ts'

/** A version of a function in a repository. */
export type Version = AssignedInstance['function']

/** A registry with functions that a test pushes. */
export class FunctionRegistry {
  readonly host: RegistryHost
  readonly #repository: Repository
  readonly #home: string

  private constructor(host: RegistryHost, repository: Repository, home: string) {
    this.host = host
    this.#repository = repository
    this.#home = home
  }

  static async start(t: Test): Promise<FunctionRegistry> {
    const host = await RegistryHost.start(t)
    const repository = new Repository({ registry: host.url })
    t.teardown(() => repository.close())
    return new FunctionRegistry(host, repository, await makeHome(t))
  }

  get url(): string {
    return this.host.url
  }

  /** Builds and pushes a function. @param fields of its definition, as TypeScript */
  async push(t: Test, name: string, version: string, fields: string): Promise<Version> {
    const file = await writeFunction(
      t,
      `${name}.ts`,
      `import { defineFunction } from 'ndn-sfc'
       export default defineFunction({ name: '${name}', version: '${version}', input: 'text/plain', output: 'text/plain', ${fields} })`,
    )
    const home = this.#home
    const artifact = await buildArtifact(file, { cacheDirectory: artifactsOf(home) })
    const store = new BlobStore(home)
    const { digest } = await push(this.#repository, await buildImage(artifact, { store, home }), store)
    return { name, version, digest }
  }

  /** An assignment of this registry's functions. */
  assignment(fields: Partial<Assignment> = {}): Assignment {
    return assignmentSchema.parse({
      controller: 'test',
      revision: 1,
      registry: this.url,
      instances: [],
      peers: {},
      routes: [],
      tasks: [],
      ...fields,
    })
  }
}

/** Says who answers: the version and the process. @param ms for which it works */
export function saysWho(version: string, ms = 0): string {
  return `limits: { concurrency: 64, queue: 1024, timeout: '20s' }, parameters: { times: { type: 'integer', default: 1 } },
    apply: async (input, { parameters, log }) => {
      log('working')
      await new Promise((resolve) => setTimeout(resolve, ${ms}))
      return ('${version} ' + process.pid + ' ' + Buffer.from(input) + ' ').repeat(Number(parameters.times))
    }`
}

export function instance(
  id: string,
  version: Version,
  more: Partial<AssignedInstance> = {},
): AssignedInstance {
  return { id, function: version, cpus: [], generation: 0, ...more }
}

export function routeTo(id: string, prefix: string, cost = 0): Assignment['routes'][number] {
  return { prefix, to: { instance: id }, cost, plan: 'test/plan/1' }
}

/** Assigns by command, as a controller does. */
export async function assign(
  endpoint: Endpoint,
  assignment: Assignment,
  options?: { readonly force?: boolean },
): Promise<void> {
  await assignNode(endpoint, assignment, digestSigner, options)
}

export function reportOf(node: Node, id: string): InstanceReport | undefined {
  return node.assigned().instances.find((one) => one.id === id)
}

/** Resolves once an instance is in a state; undefined: when it is gone. */
export async function reaches(
  node: Node,
  id: string,
  state: InstanceState | undefined,
  isMeant: (report: InstanceReport) => boolean = () => true,
): Promise<void> {
  for (;;) {
    const report = reportOf(node, id)
    if (report === undefined ? state === undefined : report.state === state && isMeant(report)) return
    await delay(10)
  }
}

/** A stream of requests for new names, each asked once; `stop` gives what came of them: the text, or the code of the error. */
export function steadily(endpoint: Endpoint, chain: (index: number) => string, everyMs: number) {
  const asked: Promise<string>[] = []
  let isStopped = false
  const asking = (async () => {
    for (let i = 0; !isStopped; i++) {
      const name = chain(i)
      asked.push(
        askText(endpoint, name, { timeout: 60_000 }).catch((error: unknown) =>
          error instanceof FetchError ? `${error.code}: ${error.message}` : String(error),
        ),
      )
      await delay(everyMs)
    }
  })()
  return {
    get count(): number {
      return asked.length
    },
    /** Resolves when so many more were asked. */
    async more(count: number): Promise<void> {
      const end = asked.length + count
      while (asked.length < end) await delay(5)
    },
    async stop(): Promise<string[]> {
      isStopped = true
      await asking
      return await Promise.all(asked)
    },
  }
}
