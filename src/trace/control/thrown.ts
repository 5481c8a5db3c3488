// Errors out of regions: a region runs only if a tensor says so, but is traced in any case, and throws while it is.

let last: { readonly error: unknown } | null = null;

/** Traces a region. What it throws is remembered: whether the program would have thrown it, nobody knows before it runs. */
export function marking<T>(region: () => T): T {
  try {
    return region();
  } catch (error) {
    last = { error };
    throw error;
  }
}

/** Is it what a region has thrown, the last that threw? */
export function isFromRegion(error: unknown): boolean {
  return last !== null && Object.is(last.error, error);
}
