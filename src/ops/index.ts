// The registry: the only list of ops. An op exported by a file named here is registered; nothing registers itself.
import * as argreduce from './argreduce.ts';
import { argsort } from './argsort.ts';
import * as binary from './binary.ts';
import * as bitwise from './bitwise.ts';
import { broadcast } from './broadcast.ts';
import { call } from './call.ts';
import { cast } from './cast.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { conv } from './conv.ts';
import * as cumulate from './cumulate.ts';
import { dotGeneral } from './dot.ts';
import * as dynamic from './dynamic.ts';
import { checkOp, fits, printOp } from './effects.ts';
import { fusion } from './fusion.ts';
import { gather } from './gather.ts';
import { ifOp } from './if.ts';
import { iota } from './iota.ts';
import * as logic from './logic.ts';
import type { OpDef } from './opdef.ts';
import { pad } from './pad.ts';
import { randomBits } from './random-bits.ts';
import * as reduce from './reduce.ts';
import { reshape } from './reshape.ts';
import { flip } from './reverse.ts';
import { scanOp } from './scan.ts';
import * as scatter from './scatter.ts';
import { slice } from './slice.ts';
import { stopGradient } from './stop-gradient.ts';
import { takeAlongAxis } from './take-along-axis.ts';
import { transpose } from './transpose.ts';
import * as unary from './unary.ts';
import { whileOp, whileScan } from './while.ts';
import { window } from './window.ts';

const rooms: readonly Readonly<Record<string, { readonly def: OpDef }>>[] = [
  unary,
  binary,
  logic,
  bitwise,
  reduce,
  argreduce,
  { argsort },
  cumulate,
  { conv, dotGeneral, stopGradient, window },
  { broadcast, call, cast, constant, fusion },
  { checkOp, fits, printOp },
  { ifOp, scanOp, whileOp, whileScan },
  { concat, flip, gather, iota, pad, randomBits, reshape, slice, takeAlongAxis, transpose },
  scatter,
  dynamic,
];

/** Every op by its name in IR text. */
export const registry: ReadonlyMap<string, OpDef> = new Map(
  rooms.flatMap((room) => Object.values(room).map(({ def }) => [def.name, def] as const)),
);
