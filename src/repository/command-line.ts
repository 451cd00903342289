import { RepositoryError } from './errors.ts'

/** What only a shell can do. */
const SHELL_ONLY = /[|&;<>()$`*?[\]#~]/

/**
 * Splits a command into its words as a shell does: quotes, and backslashes outside of single quotes.
 * @throws RepositoryError `bad-reference` if it needs a shell
 */
export function splitCommand(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < line.length; index++) {
    const character = line[index] as string
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    word ??= ''
    if (character === quote) quote = ''
    else if (quote === '' && (character === "'" || character === '"')) quote = character
    else if (character === '\\' && quote !== "'") word += line[++index] ?? ''
    else if (quote === '' && SHELL_ONLY.test(character)) throw needsShell(line, character)
    else word += character
  }
  if (quote !== '')
    throw new RepositoryError('bad-reference', `the command ${line} has a ${quote} without its end`)
  if (word !== undefined) words.push(word)
  if (words.length > 0) return words
  throw new RepositoryError('bad-reference', 'the command is empty: name a program, and its arguments')
}

function needsShell(line: string, character: string): RepositoryError {
  return new RepositoryError(
    'bad-reference',
    `'${character}' in the command ${line} is for a shell, and none runs it: put it in quotes, or say sh -c '…' and --program sh`,
  )
}
