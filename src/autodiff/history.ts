// PyTorch's way to a gradient, installed: the methods of tensors that tensor/history.ts leaves open. Loaded for its effect.
import { sameType, showType } from '../ir/types.ts';
import { isTensor } from '../ops/coerce.ts';
import { installRecordedBind } from '../ops/dispatch.ts';
import { stopGradient } from '../ops/stop-gradient.ts';
import {
  type Autograd,
  type GradientHook,
  type History,
  installAutograd,
  type Leaf,
  leaf,
  withRecording,
} from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { noteHistories, Trace } from '../trace/tracer.ts';
import { ArgumentError, DTypeError, GradientError } from '../util/errors.ts';
import { showLocation } from '../util/location.ts';
import { baseInterpreter } from './base.ts';
import { gradientOf, setGradient } from './leaf-gradients.ts';
import { propagate } from './propagate.ts';
import { recordedBind } from './record.ts';
import './borders.ts';

const methods: Autograd = {
  backward: propagate,

  detach(x, requiresGrad) {
    const free = withRecording(false, () => stopGradient(x));
    if (!requiresGrad) return free;
    if (free.dtype !== 'float32')
      throw new DTypeError(
        `requiresGrad: gradients exist with respect to float32 only, got ${showType(free.type)}; cast it: x.cast('float32')`,
      );
    const base = baseInterpreter();
    free.history = leaf('a tensor', free.type, null, base instanceof Trace ? base : null);
    return free;
  },

  gradientOf(x) {
    noteHistories();
    const { history } = x;
    if (history === null) return null;
    const holder = holderOf(history);
    if (holder !== null) return gradientOf(holder);
    throw notKept('grad', x);
  },

  setGradient(x, gradient) {
    noteHistories();
    const { history } = x;
    const holder = history && holderOf(history);
    if (holder === null) {
      if (history === null && gradient === null) return;
      throw notKept('grad', x);
    }
    if (gradient !== null && !(isTensor(gradient) && sameType(gradient.type, x.type)))
      throw new GradientError(
        `grad: the gradient of a tensor ${showType(x.type)} is null or of that type, got ${isTensor(gradient) ? showType(gradient.type) : String(gradient)}`,
      );
    setGradient(holder, gradient?.resolve() ?? null);
  },

  retainGrad(x) {
    noteHistories();
    const { history } = x;
    if (history?.kind === 'leaf') return;
    if (history?.kind !== 'computed') throw notReached('retainGrad', x);
    const { home, name } = history.by;
    history.kept ??= leaf(`the result of ${name}`, x.type, null, home);
  },

  registerHook(x, hook: GradientHook) {
    if (typeof hook !== 'function')
      throw new ArgumentError(`registerHook: expected a function, got ${typeof hook}`);
    noteHistories();
    const { history } = x;
    if (history === null || history.kind === 'sealed' || history.kind === 'symbolic')
      throw notReached('registerHook', x);
    // A wrapper each time: a hook may be registered twice, and is removed once.
    const own: GradientHook = (gradient) => hook(gradient);
    history.hooks ??= new Set();
    const { hooks } = history;
    hooks.add(own);
    return () => {
      hooks.delete(own);
    };
  },
};

/** Where the gradient of a tensor of this history is held. */
function holderOf(history: History): Leaf | null {
  return history.kind === 'leaf' ? history : history.kind === 'computed' ? history.kept : null;
}

function notReached(where: string, { type, history }: Tensor): GradientError {
  return new GradientError(
    `${where}: no backward pass reaches this tensor ${showType(type)}: ${history?.kind === 'sealed' ? history.why : 'it depends on nothing that requires a gradient'}`,
  );
}

function notKept(where: string, { type, history }: Tensor): GradientError {
  if (history?.kind !== 'computed')
    return new GradientError(
      `${where}: a gradient is kept by leaves that require one; this tensor ${showType(type)} does not: tensor(data, { requiresGrad: true })`,
    );
  const { name, loc } = history.by;
  const site = loc === undefined ? '' : ` at ${showLocation(loc)}`;
  return new GradientError(
    `${where}: this tensor ${showType(type)} was computed (by ${name}${site}), and gradients are kept for leaves only; keep this one with x.retainGrad() before the backward pass, or look at it on its way with x.registerHook((g) => …)`,
  );
}

installRecordedBind(recordedBind);
installAutograd(methods);
