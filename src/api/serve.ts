import type { ControllerActions } from '../controller/index.ts'
import type { ApiOptions, ApiServer } from './server.ts'

/**
 * Offers a controller's actions over HTTP, with an OpenAPI document at `/openapi.json`. What serves is loaded now: a client need not wait
 * for it.
 * @throws ApiError `forbidden` where others than this host could ask without a token; the system's error where it cannot listen
 */
export async function serveApi(actions: ControllerActions, options: ApiOptions = {}): Promise<ApiServer> {
  const server = await import('./server.ts')
  return await server.startServer(actions, options)
}
