// The text of the user's files, where there is a file system to read it from.

/** The text of a file that a stack names, or null where it cannot be read. */
export function sourceText(file: string): string | null {
  if (/^https?:/.test(file) || typeof process !== 'object') return null;
  try {
    return process.getBuiltinModule?.('node:fs')?.readFileSync(file, 'utf8') ?? null;
  } catch {
    return null;
  }
}
