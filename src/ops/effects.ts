// check, print and fits: what a program does besides computing. They run in program order, and are never moved, merged or dropped.
import type { NdView } from '../array/nd.ts';
import { showType } from '../ir/types.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { CapacityError, CheckError } from '../util/errors.ts';
import type { Loc } from '../util/location.ts';
import { bind } from './dispatch.ts';
import { checkCondition } from './evaluate.ts';
import type { OpDef } from './opdef.ts';

export interface MessageAttrs {
  /** The text around the values as a JSON list, one piece more than there are values. */
  readonly message: string;
}

/** How values are shown; eager mode brings it, which stands above this room. */
let show: (x: NdView) => string = (x) => `${showType(x)}`;
export function installShow(f: (x: NdView) => string): void {
  show = f;
}

/** The message with its values. */
function filled(message: string, values: readonly NdView[]): string {
  const [first, ...parts] = JSON.parse(message) as [string, ...string[]];
  return first + parts.map((part, i) => `${show(values[i]!)}${part}`).join('');
}

function failing<A>(
  name: string,
  doc: string,
  attrs: OpDef<A>['attrs'],
  fail: (values: readonly NdView[], attrs: A, loc: Loc | undefined) => never,
): OpDef<A> {
  return {
    name,
    doc,
    attrs,
    effect: 'check',
    infer: ([condition]) => {
      checkCondition(name, condition === undefined ? [] : [condition]);
      return [];
    },
    eval: ([condition, ...values], context) => {
      if (condition!.data[condition!.offset] === 0) fail(values, context.attrs, undefined);
      return [];
    },
    lower: { kind: 'effect', fails: true, run: fail },
  };
}

const checkDef: OpDef<MessageAttrs> = failing<MessageAttrs>(
  'check',
  'Stops the program with an error unless the bool scalar is true. `message` is a JSON list of the text around the other operands, which are shown in it.',
  { message: 'string' },
  (values, { message }, loc) => {
    const text = filled(message, values);
    throw loc === undefined ? new CheckError(text) : new CheckError(text, loc);
  },
);

/** Binds a check; `checkOp.def` is the record. */
export const checkOp: {
  (condition: Tensor, values: readonly Tensor[], parts: readonly string[]): void;
  /** What the error says. */
  text(parts: readonly string[], values: readonly Tensor[]): string;
  readonly def: OpDef<MessageAttrs>;
} = Object.assign(
  (condition: Tensor, values: readonly Tensor[], parts: readonly string[]): void => {
    bind(checkDef, [condition, ...values], { message: JSON.stringify(parts) });
  },
  {
    def: checkDef,
    text: (parts: readonly string[], values: readonly Tensor[]): string =>
      values.reduce((text, x, i) => `${text}${x.inspect()}${parts[i + 1]}`, parts[0] ?? ''),
  },
);

export interface FitsAttrs {
  /** See `while_scan`. */
  readonly loop: string;
}

const fitsDef: OpDef<FitsAttrs> = failing<FitsAttrs>(
  'fits',
  'Stops the program, to be compiled again with more room, unless the bool scalar is true: the rounds of a loop, the int32 scalar, fit into the stacks of a while_scan.',
  { loop: 'string' },
  ([rounds], { loop }) => {
    throw new CapacityError(loop, rounds!.data[rounds!.offset]!);
  },
);

export const fits: { readonly def: OpDef<FitsAttrs> } = { def: fitsDef };

const printDef: OpDef<MessageAttrs> = {
  name: 'print',
  doc: 'Writes a line to the console: the operands, with the text around them, a JSON list, in `message`.',
  attrs: { message: 'string' },
  effect: 'print',
  infer: () => [],
  eval: (values, { attrs: { message } }) => {
    console.log(filled(message, values));
    return [];
  },
  lower: {
    kind: 'effect',
    fails: false,
    run: (values, { message }) => {
      console.log(filled(message, values));
    },
  },
};

/** Binds a print; `printOp.def` is the record. */
export const printOp: {
  (values: readonly Tensor[], parts: readonly string[]): void;
  readonly def: OpDef<MessageAttrs>;
} = Object.assign(
  (values: readonly Tensor[], parts: readonly string[]): void => {
    bind(printDef, values, { message: JSON.stringify(parts) });
  },
  { def: printDef },
);
