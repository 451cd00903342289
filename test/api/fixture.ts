import type { Test } from 'tap'
import {
  ApiClient,
  type ApiOptions,
  type KeptToken,
  type Role,
  serveApi,
  type TokenStore,
} from '../../src/api/index.ts'
import {
  type ControllerActions,
  ControllerError,
  type DeployEvent,
  type RunEvent,
} from '../../src/controller/index.ts'
import { DEPLOYMENT, FUNCTION, INSTANCE, LOST_NODE, NODE, NOW, PLAN, RESULT, ROUTE, RUN } from './views.ts'

/** A controller that does nothing but say what it was asked. Any action can be another's. */
export class FakeController implements ControllerActions {
  /** What was asked, in order. */
  readonly calls: unknown[][] = []

  constructor(actions: Partial<ControllerActions> = {}) {
    Object.assign(this, actions)
  }

  nodes: ControllerActions['nodes'] = async () => this.#say([NODE, LOST_NODE], 'nodes')
  setAvailability: ControllerActions['setAvailability'] = async (...args) =>
    this.#say(NODE, 'setAvailability', ...args)
  changeLabels: ControllerActions['changeLabels'] = async (...args) =>
    this.#say(NODE, 'changeLabels', ...args)
  calibrate: ControllerActions['calibrate'] = async (...args) => this.#say(NODE, 'calibrate', ...args)
  functions: ControllerActions['functions'] = async () => this.#say([FUNCTION], 'functions')
  plan: ControllerActions['plan'] = async (source, options) => this.#say(PLAN, 'plan', source, options)
  deploy: ControllerActions['deploy'] = async (source, options, onEvent) => {
    this.#say(undefined, 'deploy', source, options)
    for (const event of DEPLOY_EVENTS) onEvent?.(event)
    return DEPLOYMENT
  }
  deployments: ControllerActions['deployments'] = async () => this.#say([DEPLOYMENT], 'deployments')
  deployment: ControllerActions['deployment'] = async (name) => this.#say(DEPLOYMENT, 'deployment', name)
  source: ControllerActions['source'] = async (...args) =>
    this.#say({ file: 'photos.yaml', text: 'name: photos\n' }, 'source', ...args)
  rollback: ControllerActions['rollback'] = async (name, revision, onEvent) => {
    this.#say(undefined, 'rollback', name, revision)
    for (const event of DEPLOY_EVENTS) onEvent?.(event)
    return DEPLOYMENT
  }
  remove: ControllerActions['remove'] = async (name) => this.#say(undefined, 'remove', name)
  instances: ControllerActions['instances'] = async () => this.#say([INSTANCE], 'instances')
  instance: ControllerActions['instance'] = async (id) => {
    if (id !== INSTANCE.id) throw new ControllerError('not-found', `there is no instance ${id}`)
    return this.#say(INSTANCE, 'instance', id)
  }
  logs: ControllerActions['logs'] = async (id) =>
    this.#say({ instance: id, lines: [{ at: NOW, text: 'it \u001b[31mworks' }] }, 'logs', id)
  hold: ControllerActions['hold'] = async (id, hold) =>
    this.#say({ ...INSTANCE, state: hold === undefined ? 'ready' : 'paused', hold }, 'hold', id, hold)
  restart: ControllerActions['restart'] = async (...args) => this.#say(INSTANCE, 'restart', ...args)
  routes: ControllerActions['routes'] = async () => this.#say([ROUTE], 'routes')
  run: ControllerActions['run'] = async (workflow, content, onEvent) => {
    this.#say(undefined, 'run', workflow, content)
    for (const event of RUN_EVENTS) onEvent?.(event)
    return { view: RUN, result: RESULT }
  }

  #say<T>(answer: T, ...call: unknown[]): T {
    this.calls.push(call)
    return answer
  }
}

export const DEPLOY_EVENTS: readonly DeployEvent[] = [
  { type: 'planned', plan: PLAN, revision: 3 },
  {
    type: 'instance',
    instance: {
      ...INSTANCE,
      state: 'pulling',
      phases: {},
      progress: { bytes: 6_000_000, total: 12_100_000 },
    },
  },
  { type: 'instance', instance: INSTANCE },
  { type: 'phase', phase: 'route', ms: 12 },
]

export const RUN_EVENTS: readonly RunEvent[] = [
  { type: 'begun', run: RUN.id, tasks: ['split', 'merge'], result: RUN.result },
  ...RUN.tasks.map((task): RunEvent => ({ type: 'task', task })),
]

/** Tokens `of NAME`. */
export class MemoryTokens implements TokenStore {
  readonly #kept = new Map<string, KeptToken>()

  constructor(roles: Readonly<Record<string, Role>> = { alice: 'viewer', bob: 'operator' }) {
    for (const [name, role] of Object.entries(roles)) this.addToken(name, role, `of-${name}`)
  }

  tokens(): KeptToken[] {
    return [...this.#kept.values()]
  }

  findToken(token: string): KeptToken | undefined {
    return this.#kept.get(token)
  }

  addToken(name: string, role: Role, token: string): void {
    if (this.tokens().some((kept) => kept.name === name))
      throw new ControllerError('conflict', `there is a token ${name}`)
    this.#kept.set(token, { name, role, created: NOW })
  }

  removeToken(name: string): boolean {
    const found = [...this.#kept].find(([, kept]) => kept.name === name)
    return found !== undefined && this.#kept.delete(found[0])
  }
}

/** Serves actions on a port that is free, until the test ends. */
export async function serve(
  t: Test,
  actions: ControllerActions = new FakeController(),
  options: ApiOptions = {},
): Promise<{ url: string; client: ApiClient; as(name: string): ApiClient }> {
  const server = await serveApi(actions, { port: 0, ...options })
  t.teardown(() => server.close())
  const { url } = server
  return {
    url,
    client: new ApiClient({ url }),
    as: (name) => new ApiClient({ url, token: `of-${name}` }),
  }
}

/** What a client gets as it stands: status, media type and, of JSON, what it says. */
export async function ask(
  url: string,
  init: RequestInit & { json?: unknown; token?: string } = {},
): Promise<{ status: number; type: string | null; body: unknown; headers: Headers }> {
  const { json, token, headers, ...rest } = init
  const response = await fetch(url, {
    ...rest,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    headers: {
      ...headers,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    } as Record<string, string>,
  })
  const type = response.headers.get('content-type')
  const text = await response.text()
  return {
    status: response.status,
    type,
    body: text === '' ? undefined : JSON.parse(text),
    headers: response.headers,
  }
}

/** A promise, and what resolves it. */
export function promised<T = void>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((given) => {
    resolve = given
  })
  return { promise, resolve }
}
