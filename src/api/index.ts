export { ApiClient, type ApiClientOptions } from './client.ts'
export { ApiError, type ApiErrorCode } from './errors.ts'
export {
  type ApiOptions,
  type ApiServer,
  DEFAULT_API_HOST,
  DEFAULT_API_PORT,
  serveApi,
} from './server.ts'
export { type Caller, hashToken, newToken, ROLES, type Role, type TokenStore } from './tokens.ts'
