export { DEFAULT_LINK, type HostLink, hostOf } from './host.ts'
