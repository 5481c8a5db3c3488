// The kernel language: closed. Both emitters and the interpreter are exhaustive switches over these unions.

/** Scalar types. `f32` values are rounded to float32 after every node; `i32` wraps; `bool` is 0 or 1, one byte in a buffer. `f64` lives only inside expressions. */
export type Scalar = 'f32' | 'f64' | 'i32' | 'bool';

/** `round` is half-to-even. On i32 only `neg abs` exist, on bool only `not`. */
export type UnaryOp = 'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'trunc' | 'round' | 'not';
/**
 * `min max` follow IEEE 754-2019 minimum/maximum: NaN propagates, -0 < +0. `rem` has the sign of the dividend (C fmod, JavaScript %); i32 division and rem by zero give 0.
 * `div` on i32 truncates. `and or xor` take i32 or bool; `shl shr ushr` take i32, the count modulo 32 (`ushr` is a logical shift).
 */
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'rem'
  | 'min'
  | 'max'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr'
  | 'ushr';
/** Both operands of one type; the result is bool. Comparisons with NaN are false, but `ne` is true. */
export type CompareOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
/** How a `reduce` statement combines. Identities: 0, 1, +inf, -inf (int32: the extremes), false, true. */
export type ReduceOp = 'add' | 'mul' | 'min' | 'max' | 'or' | 'and';

export type Expr =
  | { readonly kind: 'const'; readonly type: Scalar; readonly value: number }
  /** A `let`, a `var`, a loop index (i32) or the parameter of a scalar function. */
  | { readonly kind: 'local'; readonly type: Scalar; readonly name: string }
  /** Element `index` (i32) of a buffer; in bounds by construction or guarded by an `assert`. */
  | { readonly kind: 'load'; readonly type: Scalar; readonly buffer: string; readonly index: Expr }
  | { readonly kind: 'unary'; readonly type: Scalar; readonly op: UnaryOp; readonly x: Expr }
  | {
      readonly kind: 'binary';
      readonly type: Scalar;
      readonly op: BinaryOp;
      readonly a: Expr;
      readonly b: Expr;
    }
  | {
      readonly kind: 'compare';
      readonly type: 'bool';
      readonly op: CompareOp;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** Only the arm taken is evaluated where that matters (loads); otherwise an executor may evaluate both. */
  | {
      readonly kind: 'select';
      readonly type: Scalar;
      readonly cond: Expr;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** Value conversion. To i32: truncation, saturating, NaN to 0 (WASM trunc_sat). To bool: x != 0 (NaN is true). To f32 from f64 and i32: round to nearest even. */
  | { readonly kind: 'convert'; readonly type: Scalar; readonly x: Expr }
  /** The bits of an f32 as i32 or back. */
  | { readonly kind: 'bits'; readonly type: 'f32' | 'i32'; readonly x: Expr }
  | {
      readonly kind: 'call';
      readonly type: Scalar;
      readonly fn: ScalarFunction;
      readonly args: readonly Expr[];
    };

/** A named function of scalars (exp, log …): lets in order, then a result. One definition, expanded by every executor. No loads inside. */
export interface ScalarFunction {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly type: Scalar }[];
  readonly lets: readonly { readonly name: string; readonly value: Expr }[];
  readonly result: Expr;
}

export type Stmt =
  /**
   * `for index in 0 … extent-1`. With `lanes` the iterations are independent of each other: an executor may run four consecutive ones at once, statement
   * by statement. Others ignore it.
   */
  | {
      readonly kind: 'for';
      readonly index: string;
      readonly extent: number;
      readonly lanes?: 4;
      readonly body: readonly Stmt[];
    }
  | { readonly kind: 'let'; readonly name: string; readonly value: Expr }
  | { readonly kind: 'var'; readonly name: string; readonly value: Expr }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expr }
  | { readonly kind: 'store'; readonly buffer: string; readonly index: Expr; readonly value: Expr }
  | {
      readonly kind: 'if';
      readonly cond: Expr;
      readonly then: readonly Stmt[];
      readonly otherwise: readonly Stmt[];
    }
  /**
   * `name = combine of value over index in 0 … extent-1`, in the order numerics.md fixes (see ir/order.ts). `body` binds what `value` uses and stores nothing.
   * One node, so that an emitter may spell it with scalar accumulators or with vectors; the order is part of its meaning.
   */
  | {
      readonly kind: 'reduce';
      readonly name: string;
      readonly op: ReduceOp;
      readonly type: Scalar;
      readonly index: string;
      readonly extent: number;
      readonly body: readonly Stmt[];
      readonly value: Expr;
    }
  /**
   * Stops the program with the error `message: got` unless `cond` holds; `got` is the i32 that it is about. `message` is data for the run-time's table; it is
   * never spelled into code.
   */
  | { readonly kind: 'assert'; readonly cond: Expr; readonly message: string; readonly got: Expr };

export interface Buffer {
  readonly name: string;
  /** `f64` only for scratch. */
  readonly type: Scalar;
  /** Elements. */
  readonly size: number;
  /**
   * `inout` is read and written by the same kernel (an in-place update). `scratch` is memory of the kernel's own, undefined at entry:
   * the emitter provides it (packed panels of a matmul); scratch buffers come last and are bound to no slot.
   */
  readonly role: 'in' | 'out' | 'inout' | 'scratch';
}

export interface Kernel {
  readonly name: string;
  readonly buffers: readonly Buffer[];
  readonly body: readonly Stmt[];
  /**
   * Every element of an output is stored once, an element that is updated is read by no other iteration, and an iteration of a loop reads of scratch memory
   * what it stored itself or what was stored before the loop. Which loops may be shared out between threads can then be seen from indices; see divide.ts.
   */
  readonly divisible?: true;
}
