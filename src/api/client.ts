import { buffer, json } from 'node:stream/consumers'
import type { LogReport } from '../control/index.ts'
import type {
  ControllerActions,
  DeployEvent,
  DeploymentSource,
  DeploymentView,
  DeployOptions,
  InstanceView,
  NodeRouteView,
  NodeView,
  Plan,
  RunEvent,
  RunView,
} from '../controller/index.ts'
import type { Availability, LabelChanges } from '../facts/index.ts'
import type { FunctionFacts } from '../repository/index.ts'
import { ApiError } from './errors.ts'
import { errorOf, isProblem } from './problem.ts'
import { type ApiRequest, explain, linesOf, send } from './request.ts'
import type { KeptToken, Role } from './tokens.ts'

export interface ApiClientOptions {
  /** `http://127.0.0.1:7380`, perhaps with a path. */
  readonly url: string
  readonly token?: string | undefined
  /** Ends whatever is asked for. */
  readonly signal?: AbortSignal | undefined
}

type Ask = Pick<ApiRequest, 'body' | 'signal'>

/** A controller that is somewhere else. Throws what the controller throws, and ApiError where it cannot be asked. */
export class ApiClient implements ControllerActions {
  readonly #base: string
  readonly #token: string | undefined
  readonly #signal: AbortSignal | undefined

  constructor({ url, token, signal }: ApiClientOptions) {
    this.#base = url.replace(/\/+$/, '')
    this.#token = token
    this.#signal = signal
  }

  nodes(): Promise<NodeView[]> {
    return this.#json('GET', '/v1/nodes')
  }

  setAvailability(node: string, availability: Availability): Promise<NodeView> {
    return this.#json('PUT', path`/v1/nodes/${node}/availability`, { body: { availability } })
  }

  changeLabels(node: string, changes: LabelChanges): Promise<NodeView> {
    return this.#json('PATCH', path`/v1/nodes/${node}/labels`, { body: changes })
  }

  calibrate(node: string): Promise<NodeView> {
    return this.#json('POST', path`/v1/nodes/${node}/calibrate`)
  }

  functions(): Promise<FunctionFacts[]> {
    return this.#json('GET', '/v1/functions')
  }

  plan(source: DeploymentSource, options: DeployOptions = {}): Promise<Plan> {
    return this.#json('POST', '/v1/plans', { body: { ...source, ...options } })
  }

  deploy(
    source: DeploymentSource,
    options: DeployOptions = {},
    onEvent: (event: DeployEvent) => void = () => {},
  ): Promise<DeploymentView> {
    return this.#deployed('/v1/deployments', { ...source, ...options }, onEvent)
  }

  deployments(): Promise<DeploymentView[]> {
    return this.#json('GET', '/v1/deployments')
  }

  deployment(name: string): Promise<DeploymentView> {
    return this.#json('GET', path`/v1/deployments/${name}`)
  }

  source(name: string, revision?: number): Promise<DeploymentSource> {
    const query = revision === undefined ? '' : `?revision=${revision}`
    return this.#json('GET', `${path`/v1/deployments/${name}/source`}${query}`)
  }

  rollback(
    name: string,
    revision?: number,
    onEvent: (event: DeployEvent) => void = () => {},
  ): Promise<DeploymentView> {
    return this.#deployed(path`/v1/deployments/${name}/rollback`, { revision }, onEvent)
  }

  async remove(name: string): Promise<void> {
    const answer = await this.#send('DELETE', path`/v1/deployments/${name}`)
    answer.resume()
  }

  instances(): Promise<InstanceView[]> {
    return this.#json('GET', '/v1/instances')
  }

  instance(id: string): Promise<InstanceView> {
    return this.#json('GET', path`/v1/instances/${id}`)
  }

  logs(id: string): Promise<LogReport> {
    return this.#json('GET', path`/v1/instances/${id}/logs`)
  }

  hold(id: string, hold: 'pause' | 'stop' | undefined): Promise<InstanceView> {
    return this.#json('POST', path`/v1/instances/${id}/hold`, { body: { hold: hold ?? null } })
  }

  restart(id: string, kill = false): Promise<InstanceView> {
    return this.#json('POST', path`/v1/instances/${id}/restart`, { body: { kill } })
  }

  routes(): Promise<NodeRouteView[]> {
    return this.#json('GET', '/v1/routes')
  }

  async run(
    workflow: string,
    content: string,
    onEvent: (event: RunEvent) => void = () => {},
    signal?: AbortSignal,
  ): Promise<{ readonly view: RunView; readonly result: Uint8Array }> {
    const place = path`/v1/workflows/${workflow}/runs`
    const { run } = await this.#events(place, { body: { content }, signal }, onEvent)
    const result = await this.#read('GET', path`/v1/runs/${run.id}/result`, { signal }, buffer)
    return { view: run, result: new Uint8Array(result.buffer, result.byteOffset, result.length) }
  }

  /** Who may ask. */
  tokens(): Promise<KeptToken[]> {
    return this.#json('GET', '/v1/tokens')
  }

  /** Makes a token. */
  addToken(name: string, role: Role): Promise<{ name: string; role: Role; token: string }> {
    return this.#json('POST', '/v1/tokens', { body: { name, role } })
  }

  async removeToken(name: string): Promise<void> {
    const answer = await this.#send('DELETE', path`/v1/tokens/${name}`)
    answer.resume()
  }

  async #deployed(
    place: string,
    body: object,
    onEvent: (event: DeployEvent) => void,
  ): Promise<DeploymentView> {
    return (await this.#events(place, { body }, onEvent)).deployment
  }

  /** Tells of each event, and resolves with the last. */
  async #events<Event extends { readonly type: string }>(
    place: string,
    ask: Ask,
    onEvent: (event: Event) => void,
  ): Promise<Extract<Event, { type: 'done' }>> {
    return await this.#read('POST', place, ask, async (answer) => {
      for await (const line of linesOf(answer)) {
        const event: unknown = JSON.parse(line)
        if (isProblem(event)) throw errorOf(event)
        onEvent(event as Event)
        if ((event as Event).type === 'done') return event as Extract<Event, { type: 'done' }>
      }
      throw new ApiError('bad-answer', 'the controller ended its answer before it was done')
    })
  }

  #json<T>(method: ApiRequest['method'], place: string, ask?: Ask): Promise<T> {
    return this.#read(method, place, ask, async (answer) => (await json(answer)) as T)
  }

  /** Whatever goes wrong with the connection while an answer is read is told as what it is. */
  async #read<T>(
    method: ApiRequest['method'],
    place: string,
    ask: Ask | undefined,
    read: (answer: Awaited<ReturnType<typeof send>>) => Promise<T>,
  ): Promise<T> {
    const answer = await this.#send(method, place, ask)
    try {
      return await read(answer)
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new ApiError('bad-answer', `what answers at ${this.#base} is no controller: ${error.message}`)
      throw answer.errored === error ? explain(error, new URL(this.#base), this.#signalOf(ask)) : error
    } finally {
      answer.destroy()
    }
  }

  #send(method: ApiRequest['method'], place: string, ask: Ask = {}) {
    const url = new URL(this.#base + place)
    return send({ method, url, token: this.#token, ...ask, signal: this.#signalOf(ask) })
  }

  #signalOf(ask: Ask = {}): AbortSignal | undefined {
    if (ask.signal === undefined || this.#signal === undefined) return ask.signal ?? this.#signal
    return AbortSignal.any([ask.signal, this.#signal])
  }
}

/** A path with names in it. */
function path(parts: TemplateStringsArray, ...names: string[]): string {
  return String.raw({ raw: parts }, ...names.map(encodeURIComponent))
}
