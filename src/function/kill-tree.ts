import { readFileSync } from 'node:fs'

/**
 * Ends a process and all that it has started and not left behind, where the system tells what that is (Linux). A
 * process group of its own would do the same, but then it would outlive an instance that is killed.
 */
export function killTree(pid: number): void {
  // First all are found: the children of a process that is gone are no longer known as such.
  for (const member of treeOf(pid)) {
    try {
      process.kill(member, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
}

function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)]
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}
