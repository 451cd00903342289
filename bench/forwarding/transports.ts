export const TRANSPORTS = ['unix', 'tcp', 'udp'] as const

export type Transport = (typeof TRANSPORTS)[number]
