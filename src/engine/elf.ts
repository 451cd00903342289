import { open } from 'node:fs/promises'

/** Architectures as images have them, by e_machine (System V ABI, "ELF Header"). */
const MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  21: 'ppc64le',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
}

/** Which architecture a binary is for, as images have it (Go's GOARCH); undefined if the file is no ELF binary. */
export async function binaryArchitecture(path: string): Promise<string | undefined> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0)
    if (bytesRead < 20 || buffer.toString('latin1', 0, 4) !== '\x7fELF') return undefined
    const machine = buffer[5] === 2 ? buffer.readUInt16BE(18) : buffer.readUInt16LE(18)
    return MACHINES[machine] ?? `machine ${machine}`
  } finally {
    await file.close()
  }
}
