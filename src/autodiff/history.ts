// PyTorch's way to a gradient, installed: the methods of tensors that tensor/history.ts leaves open. Loaded for its effect.
import { sameType, showType } from '../ir/types.ts';
import { isTensor } from '../ops/coerce.ts';
import { installRecordedBind } from '../ops/dispatch.ts';
import { stopGradient } from '../ops/stop-gradient.ts';
import { type Autograd, type GradientHook, installAutograd, leaf, withRecording } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Trace } from '../trace/tracer.ts';
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
    const { history } = x;
    if (history === null) return null;
    if (history.kind === 'leaf') return gradientOf(history);
    throw notKept('grad', x);
  },

  setGradient(x, gradient) {
    const { history } = x;
    if (history?.kind !== 'leaf') {
      if (history === null && gradient === null) return;
      throw notKept('grad', x);
    }
    if (gradient !== null && !(isTensor(gradient) && sameType(gradient.type, x.type)))
      throw new GradientError(
        `grad: the gradient of a tensor ${showType(x.type)} is null or of that type, got ${isTensor(gradient) ? showType(gradient.type) : String(gradient)}`,
      );
    setGradient(history, gradient?.resolve() ?? null);
  },

  registerHook(x, hook: GradientHook) {
    if (typeof hook !== 'function')
      throw new ArgumentError(`registerHook: expected a function, got ${typeof hook}`);
    const { history } = x;
    if (history === null || history.kind === 'sealed' || history.kind === 'symbolic')
      throw new GradientError(
        `registerHook: no backward pass reaches this tensor ${showType(x.type)}: ${history?.kind === 'sealed' ? history.why : 'it depends on nothing that requires a gradient'}`,
      );
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

function notKept(where: string, { type, history }: Tensor): GradientError {
  if (history?.kind !== 'computed')
    return new GradientError(
      `${where}: a gradient is kept by leaves that require one; this tensor ${showType(type)} does not: tensor(data, { requiresGrad: true })`,
    );
  const { name, loc } = history.by;
  const site = loc === undefined ? '' : ` at ${showLocation(loc)}`;
  return new GradientError(
    `${where}: this tensor ${showType(type)} was computed (by ${name}${site}), and gradients are kept for leaves only; look at it on its way with x.registerHook((g) => …)`,
  );
}

installRecordedBind(recordedBind);
installAutograd(methods);
