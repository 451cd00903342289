export { SEEK_NAME, type SeekOptions, type SeekProgress, seek } from './seek.ts'
