/** Where a controller answers unless told otherwise. */
export const DEFAULT_API_HOST = '127.0.0.1'
export const DEFAULT_API_PORT = 7380
