// The borders of branches and rounds in eager mode, where they are plain JavaScript: values that cross one get an identity of their own, so that their
// cotangents come together there, as they do in compiled code, whose regions hand out results and take parameters.
import { stack } from '../../tensor/composites/shaping.ts';
import type { Tensor } from '../../tensor/tensor.ts';

export interface Borders {
  /** The tensors under identities of their own, as far as a gradient may go back through them. */
  cross(tensors: readonly Tensor[]): readonly Tensor[];
  /** Begins a loop with the carries `start` that reads rows `0 … length - 1` of each of `xs`. */
  loop(start: readonly Tensor[], xs?: readonly Tensor[], length?: number): Loop;
  /** Rows, at least one, put one above the other in one step. */
  stack(rows: readonly Tensor[]): Tensor;
  /** Runs `f`; then what it assigned to variables crosses the border with the tensors it returns. */
  leave(f: () => readonly Tensor[]): readonly Tensor[];
}

/** A loop that runs. */
export interface Loop {
  /** The rows of each of `xs`, taken apart in one step. */
  readonly rows: readonly (readonly Tensor[])[];
  /** The carries that the next round begins with, or the loop ends with. */
  readonly now: readonly Tensor[];
  /** Runs a round: the first of its results are what the next begins with. All of them have crossed its border. */
  round(f: (now: readonly Tensor[]) => readonly Tensor[]): readonly Tensor[];
}

let installed: Borders | null = null;

/** Called once, by autodiff/history.ts. */
export function installBorders(borders: Borders): void {
  installed = borders;
}

export function borders(): Borders {
  return installed ?? without;
}

// Without gradients there is nothing to keep apart.
const without: Borders = {
  cross: (tensors) => tensors,
  loop: (start, xs = [], length = 0) => {
    const rows = xs.map((x) => Array.from({ length }, (_, at) => x.slice(at)));
    return loopOf(start, rows, (f) => f());
  },
  stack,
  leave: (f) => f(),
};

/** A loop of which each round is run by `run`. */
export function loopOf(
  start: readonly Tensor[],
  rows: readonly (readonly Tensor[])[],
  run: (f: () => readonly Tensor[], now: readonly Tensor[]) => readonly Tensor[],
): Loop {
  let now = start;
  return {
    rows,
    get now() {
      return now;
    },
    round(f) {
      const made = run(() => f(now), now);
      now = made.slice(0, start.length);
      return made;
    },
  };
}
