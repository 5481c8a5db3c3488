// The abstract values of the tensor language: dtype and shape, how they print, compare and promote.
import { DTypeError, ShapeError } from '../util/errors.ts';
import { product, sameList } from '../util/seq.ts';
import { isOpen, showSize } from './unknown.ts';

/** Element types. IR text abbreviates them `f32 i32 bool`. */
export type DType = 'float32' | 'int32' | 'bool';
/** Dimension sizes, outermost first. Go through the functions of this file, so that a dimension may become symbolic. */
export type Shape = readonly number[];
/** An abstract value (JAX's ShapedArray): what is known of a tensor while tracing. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export const dtypes: readonly DType[] = ['float32', 'int32', 'bool'];

const dtypeText: Readonly<Record<DType, string>> = { float32: 'f32', int32: 'i32', bool: 'bool' };

export function showDType(dtype: DType): string {
  return dtypeText[dtype];
}

/** The dtype an IR abbreviation stands for, or undefined. */
export function dtypeOf(text: string): DType | undefined {
  return dtypes.find((d) => dtypeText[d] === text);
}

/** `f32[2,3]`: the IR text of a type. */
export function showType(t: TensorType): string {
  return `${dtypeText[t.dtype]}${showShape(t.shape)}`;
}

/** `[2,3]`; `?` stands for a size that is not known yet. */
export function showShape(shape: Shape): string {
  return `[${isOpen(shape) ? shape.map(showSize).join(',') : shape.join(',')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return sameList(a, b);
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameList(a.shape, b.shape);
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return product(shape);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = new Array(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** Bytes one element takes in storage: bool is one byte. */
export function bytesOf(dtype: DType): number {
  return dtype === 'bool' ? 1 : 4;
}

/** Throws a DTypeError unless `dtype` is one of the three. */
export function checkDType(dtype: DType, where: string): void {
  if (!dtypes.includes(dtype))
    throw new DTypeError(`${where}: unknown dtype ${JSON.stringify(dtype)}; there are ${dtypes.join(', ')}`);
}

/** Throws a ShapeError unless every dimension is a finite integer >= 0. `where` names the op and argument. */
export function checkShape(shape: Shape, where: string): void {
  for (const d of shape) {
    if (!Number.isSafeInteger(d) || d < 0) {
      throw new ShapeError(
        `${where}: a dimension must be an integer >= 0, got ${String(d)} in shape [${shape.map(String).join(',')}]`,
      );
    }
  }
}

// bool < int32 < float32: the dtype that holds both, as NumPy and JAX promote for these three.
const rank: Readonly<Record<DType, number>> = { bool: 0, int32: 1, float32: 2 };

/** The dtype two tensors are converted to before an elementwise op. */
export function promote(a: DType, b: DType): DType {
  return rank[a] >= rank[b] ? a : b;
}

/** The shape two shapes broadcast to by NumPy's rules, or undefined where they do not. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  if (sameList(a, b)) return a;
  const n = Math.max(a.length, b.length);
  const out: number[] = new Array(n);
  for (let i = 0; i < n; i++) {
    const x = a[a.length - n + i] ?? 1;
    const y = b[b.length - n + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out[i] = x === 1 ? y : x;
  }
  return out;
}
