// Whether the call being made is for training: what the outermost call said holds for everything it calls.

let explicit: boolean | undefined;

/** What a call said with `{ training }`, if one did. */
export function explicitTraining(): boolean | undefined {
  return explicit;
}

/** Runs `f` with layers in this mode; undefined leaves it as it is. */
export function withTraining<T>(training: boolean | undefined, f: () => T): T {
  if (training === undefined) return f();
  const saved = explicit;
  explicit = training;
  try {
    return f();
  } finally {
    explicit = saved;
  }
}
