// Random programs, differentiated in every house: grad, backward(), GradientTape and graphs give the same bits, eager and compiled.
import { configure, GradientTape, grad, jit, type Tensor, zerosLike } from 'tracejit';
import { Graph, Session } from 'tracejit/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Case, generate } from './generate.ts';
import { run } from './program.ts';

const programs = 60;

// Random programs compute conditions that nobody uses.
const before = configure({});
beforeAll(() => void configure({ checkConditions: false }));
afterAll(() => void configure(before));

type Gradients = readonly Tensor[];

function lossOf({ program }: Case, floats: readonly number[]): (inputs: readonly Tensor[]) => Tensor {
  return (inputs) =>
    run(program, inputs)
      .filter((t) => t.dtype === 'float32')
      .reduce((sum, t) => sum.add(t.sum()), inputs[floats[0]!]!.sum().mul(0));
}

const houses: Readonly<Record<string, (c: Case, floats: readonly number[]) => Gradients>> = {
  'backward()': (c, floats) => backward(c, floats),
  'backward() in jit': (c, floats) => jit(() => backward(c, floats))(),
  'backward() through jit': (c, floats) => {
    const leaves = floats.map((i) => c.inputs[i]!.detach({ requiresGrad: true }));
    const inputs = [...c.inputs];
    floats.forEach((i, k) => {
      inputs[i] = leaves[k]!;
    });
    jit((...given: Tensor[]) => lossOf(c, floats)(given))(...inputs).backward();
    return leaves.map((x) => x.grad ?? zerosLike(x));
  },
  GradientTape: (c, floats) => taped(c, floats),
  'GradientTape in jit': (c, floats) => jit(() => taped(c, floats))(),
  'a graph': (c, floats) => {
    const g = new Graph();
    const inputs = c.inputs.map(({ dtype, shape }, i) => g.placeholder(dtype, shape, `x${i}`));
    const found = g.asDefault(() => {
      const loss = lossOf(c, floats)(inputs);
      return g.gradients(
        loss,
        floats.map((i) => inputs[i]!),
      );
    });
    const wanted = found.filter((d) => d !== null);
    const feeds = inputs.map((x, i) => [x, c.inputs[i]!] as const);
    const values = wanted.length === 0 ? [] : new Session(g).run(wanted, feeds);
    let next = 0;
    return found.map((d, k) => (d === null ? zerosLike(c.inputs[floats[k]!]!) : (values[next++] as Tensor)));
  },
};

function backward(c: Case, floats: readonly number[]): Gradients {
  const inputs = [...c.inputs];
  const leaves = floats.map((i) => c.inputs[i]!.detach({ requiresGrad: true }));
  floats.forEach((i, k) => {
    inputs[i] = leaves[k]!;
  });
  lossOf(c, floats)(inputs).backward();
  return leaves.map((x) => x.grad ?? zerosLike(x));
}

function taped(c: Case, floats: readonly number[]): Gradients {
  using tape = new GradientTape();
  // The tape knows tensors by identity, and one may be two inputs.
  const inputs = c.inputs.map((x) => x.detach());
  const sources = floats.map((i) => inputs[i]!);
  tape.watch(sources);
  return tape.gradient(lossOf(c, floats)(inputs), sources, { unconnected: 'zeros' });
}

it.each(Object.keys(houses))(`${programs} programs have the gradients of grad in %s`, (house) => {
  for (let seed = 1; seed <= programs; seed++) {
    const c = generate(9000 + seed, 3 + (seed % 6));
    const floats = c.program.inputs.flatMap((t, i) => (t.dtype === 'float32' ? [i] : []));
    if (floats.length === 0) continue;
    const expected = grad(
      (...inputs: Tensor[]) => lossOf(c, floats)(inputs),
      [...floats],
    )(...c.inputs) as Gradients;
    const found = houses[house]!(c, floats);
    found.forEach((d, k) => {
      const [x, y] = [d.data(), expected[k]!.data()];
      for (let i = 0; i < y.length; i++)
        if (!Object.is(x[i], y[i]))
          expect.fail(`seed ${9000 + seed}, input ${floats[k]}, element ${i}: ${x[i]} instead of ${y[i]}`);
    });
    expect(found.length).toBe(floats.length);
  }
});
