// The borders of branches and rounds in eager mode, where they are plain JavaScript: values that cross one get an identity of their own, so that their
// cotangents come together there, as they do in compiled code, whose regions hand out results and take parameters.
import type { Tensor } from '../../tensor/tensor.ts';

export interface Borders {
  /** The tensors under identities of their own, as far as a gradient may go back through them. */
  cross(tensors: readonly Tensor[]): readonly Tensor[];
  /** Rows `0 … length - 1` of each tensor, taken apart in one step. */
  rows(tensors: readonly Tensor[], length: number): readonly (readonly Tensor[])[];
  /** Runs `f`; then what it assigned to variables crosses the border with the tensors it returns. */
  leave(f: () => readonly Tensor[]): readonly Tensor[];
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
  rows: (tensors, length) => tensors.map((x) => Array.from({ length }, (_, at) => x.slice(at))),
  leave: (f) => f(),
};
