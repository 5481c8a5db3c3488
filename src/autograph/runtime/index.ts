// What converted code calls. Entry point `tracejit/autograph/runtime`: for generated code, not for programs.
export { afterReturn, ifExpression, ifReturn, ifStatement } from './branches.ts';
export { changes, keyed, lent, mutate, Object, Reflect, started } from './changes.ts';
export { query } from './collections.ts';
export { enter } from './enter.ts';
export { Array, Boolean, console, isFinite, isNaN, Math, Number } from './globals.ts';
export { and, any, none, not, or } from './logic.ts';
export { doWhileStatement, forIn, forOf, forStatement, whileStatement } from './loops.ts';
export {
  assignLogical,
  at,
  atOptional,
  byPosition,
  chained,
  chainedMethod,
  computedKey,
  hidden,
  invoke,
  isIn,
  optionalMethod,
  set,
  touch,
  update,
  updateAfter,
} from './members.ts';
export {
  add,
  bitAnd,
  bitNot,
  bitOr,
  bitXor,
  decrement,
  different,
  div,
  first,
  greater,
  greaterEqual,
  increment,
  less,
  lessEqual,
  looselyDifferent,
  looselySame,
  mod,
  mul,
  neg,
  numeric,
  plus,
  pow,
  same,
  shiftLeft,
  shiftRight,
  shiftRightUnsigned,
  sub,
} from './operators.ts';
export { endTry, enterTry, failed, fresh, leaveTry } from './regions.ts';
export { switchCase } from './switch.ts';
export { text } from './text.ts';
export { thrown } from './throw.ts';
