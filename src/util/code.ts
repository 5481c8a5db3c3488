// Code made at run time, where the host allows it.

/** The function with these parameters and this body, or null where a content-security policy forbids making one, which hosts tell by an EvalError. */
export function functionFrom(
  params: readonly string[],
  body: string,
): ((...args: never[]) => unknown) | null {
  try {
    return new Function(...params, body) as (...args: never[]) => unknown;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}
