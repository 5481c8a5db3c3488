// The wrong uses of the classics in one list: what each says, word for word, and that it leaves variables, optimizers and tapes as they were.
import { GradientTape, random, type Tensor, tensor, type Variable, variable, zeros } from 'tracejit';
import { compileFunction, Graph, Session, shared, symbol } from 'tracejit/graph';
import * as nn from 'tracejit/nn';
import { Dense, functional, input, type Model, Module } from 'tracejit/nn';
import { Adam, SGD } from 'tracejit/optim';
import { describe, expect, it } from 'vitest';
import { messageOf } from './message.ts';

const x = random.normal(random.key(0), [8, 3]);
const classes = tensor([0, 1, 0, 1, 0, 1, 0, 1], { dtype: 'int32' });
const silent = { verbose: 'silent' } as const;

function model(loss = 'sparseCategoricalCrossentropy', jit = true): Model {
  const inputs = input([3]);
  const outputs = new Dense(2, { activation: 'softmax' })(inputs);
  return functional(inputs, outputs).compile({ optimizer: new Adam(), loss, jit });
}

const message = async (f: () => unknown): Promise<string> => {
  let caught: unknown;
  try {
    await f();
  } catch (error) {
    caught = error;
  }
  return messageOf(() => {
    if (caught !== undefined) throw caught;
  });
};

type Case = readonly [what: string, f: () => unknown, says: string];

const gradients: readonly Case[] = [
  [
    'a second backward pass',
    () => {
      const a = tensor(5, { requiresGrad: true });
      const y = a.square();
      y.backward();
      y.backward();
    },
    'GradientError: backward: square was already used by an earlier backward pass, which freed what it had recorded; a second pass needs backward(undefined, { retainGraph: true }) at the first',
  ],
  [
    'a tape used twice',
    () => {
      const [tape, a] = [new GradientTape(), tensor(5)];
      tape.watch(a);
      const y = a.square();
      tape.gradient(y, a);
      tape.gradient(y, a);
    },
    'GradientError: GradientTape: gradient() was asked of a tape that has given its gradient and forgotten what it had recorded; use new GradientTape({ persistent: true }) to ask more than once',
  ],
  [
    'an unknown answer for what is not connected',
    () => {
      using tape = new GradientTape();
      const a = tensor(5);
      tape.watch(a);
      tape.gradient(tensor(3), a, { unconnected: 'zero' } as never);
    },
    `OptionError: gradient: unconnected must be 'none' or 'zeros', got "zero"`,
  ],
];

const graphs: readonly Case[] = (() => {
  const g = new Graph('g');
  const [a, b] = [g.placeholder('float32', [null, 3], 'x'), g.placeholder('float32', [null, 3], 'x')];
  const w = g.variable(zeros([3]), 'w');
  const session = new Session(g);
  const s = symbol('s');
  return [
    [
      'a placeholder that is not fed, by its number where two have one name',
      () => session.run(a.add(b), [[a, [[1, 2, 3]]]]),
      "GraphError: Session.run: placeholder 'x_1' f32[?,3] is needed and was not fed; feed it: session.run(fetches, new Map([[x_1, value]]))",
    ],
    [
      'a variable without a value',
      () => session.run(w),
      "GraphError: Session.run: variable 'w' has no value in this session; run its initializer first: session.run(g.initializer)",
    ],
    [
      'a feed of another shape',
      () => session.run(a, [[a, [[1, 2]]]]),
      "ShapeError: Session.run: placeholder 'x' f32[?,3] was fed f32[1,2]; feed it that shape, or leave sizes that vary open where the placeholder is made, as null",
    ],
    [
      'a feed that is no tensor',
      () => session.run(a, [[a, [[1, 2, 3], [1]]]]),
      "GraphError: Session.run: placeholder 'x' f32[?,3] was fed what makes no tensor: tensor: ragged array: data[1] has length 1, but others at its level have 3",
    ],
    [
      'feeds by name',
      () => session.run(a, { x: [[1, 2, 3]] } as never),
      'ArgumentError: Session.run: feeds are a Map of placeholders to values, or pairs: session.run(fetches, [[x, value]])',
    ],
    [
      'a feed by name',
      () => session.run(a, [['x', [[1, 2, 3]]]] as never),
      `GraphError: Session.run: only placeholders of graph 'g' can be fed, got the string "x"; the key is the placeholder itself`,
    ],
    [
      'a tensor of another graph',
      () => new Session(new Graph('h')).run(a),
      "GraphError: Session.run: placeholder 'x' f32[?,3] is of graph 'g', and this session runs graph 'h'; run it in a session of its own graph, or build it in this one",
    ],
    [
      'a session of no graph',
      () => new Session({} as never),
      'ArgumentError: Session: expected a graph: new Session(new Graph())',
    ],
    [
      'a size that is none',
      () => g.placeholder('float32', [2, -3], 'z'),
      "ShapeError: placeholder 'z': axis 1 has the size -3; sizes are integers from 0 on, or null or a name for one that is known when it is fed",
    ],
    [
      'branches of other shapes',
      () =>
        g.cond(
          a.sum().greater(0),
          () => a as Tensor,
          () => w,
        ),
      'ShapeError: cond: result is f32[?,3] in the first branch, but f32[3] in the second; give both one shape, for example with broadcastTo(x, shape) or zerosLike(x)',
    ],
    [
      'an input given twice',
      () => compileFunction([s, s], s.add(1)),
      "GraphError: compileFunction: placeholder 's' f32[] is given twice; a call could give it two values",
    ],
    [
      'two updates of one variable',
      () => {
        const state = shared(0, 'state');
        const updates = [
          [state, state.add(1)],
          [state, state.add(2)],
        ] as const;
        compileFunction([], state, { updates });
      },
      "GraphError: compiled: variable 'state' is assigned by two nodes of one run, whose order nothing says; run one after the other",
    ],
  ];
})();

const ints = variable(zeros([2], 'int32'), { name: 'ints' });
const weight = variable(zeros([2]), { name: 'weight' });
const optimizers: readonly Case[] = [
  [
    'no parameters',
    () => new SGD().step(),
    'ArgumentError: SGD.step: the optimizer was given no parameters; make it with them: new SGD({ lr }, net.parameters())',
  ],
  [
    'an empty list of parameters',
    () => new SGD({ lr: 1 }, []),
    'ArgumentError: SGD: the list of parameters is empty; layers make theirs at the first call, so call the network once, or give the network itself to the optimizer',
  ],
  [
    'a network without parameters yet',
    () => new SGD({ lr: 1 }, new Net()).step(),
    'ArgumentError: SGD.step: the network has no parameters; layers make theirs at the first call, so call it once before',
  ],
  [
    'a parameter that is no variable',
    () => new SGD({ lr: 1 }, [weight, tensor([1, 2], { requiresGrad: true })] as never),
    'ArgumentError: SGD: parameters[1] is no variable but a tensor float32[2], which nothing can change: variable(x)',
  ],
  [
    'a parameter that is a number',
    () => new SGD({ lr: 1 }, [3] as never),
    'ArgumentError: SGD: parameters[0] is no variable but 3',
  ],
  [
    'a parameter given twice',
    () => new SGD({ lr: 1 }, [weight, weight]),
    "ArgumentError: SGD: variable 'weight' is given twice",
  ],
  [
    'parameters that are no list',
    () => new SGD({ lr: 1 }, 5 as never),
    'ArgumentError: SGD: parameters must be a list of variables, or a network, got 5',
  ],
  [
    'an int32 variable',
    () => new SGD({ lr: 1 }, [ints]),
    "DTypeError: SGD: variable 'ints' is int32; gradients exist for float32 variables only",
  ],
  [
    'an int32 variable in a pair',
    () =>
      new SGD().applyGradients([
        [tensor([1, 1]), weight],
        [zeros([2], 'int32'), ints],
      ]),
    "DTypeError: SGD.applyGradients: variable 'ints' is int32; gradients exist for float32 variables only",
  ],
  [
    'an int32 gradient',
    () => new SGD().applyGradients([[zeros([2], 'int32'), weight]]),
    "DTypeError: SGD.applyGradients: the gradient of variable 'weight' must be float32, got int32",
  ],
  [
    'no pairs',
    () => new SGD().applyGradients(undefined as never),
    'ArgumentError: SGD.applyGradients: expected pairs [gradient, variable], got undefined',
  ],
];

class Net extends Module {
  dense = new Dense(2);
  forward(t: Tensor): Tensor {
    return this.dense(t);
  }
}

const models: readonly Case[] = [
  [
    'an input given twice',
    () => {
      const a = input([3], { name: 'a' });
      functional([a, a], a.add(1));
    },
    "ArgumentError: functional: the input 'a' float32[?,3] is given twice; a call could give it two values",
  ],
  [
    'two inputs of one name',
    () => {
      const [a, b] = [input([3], { name: 'a' }), input([4], { name: 'a' })];
      functional([a, b], a);
    },
    "ArgumentError: functional: two inputs are named 'a'; names in one model must differ",
  ],
  [
    'a module without forward',
    () => new (class Half extends (Module as unknown as new () => Net) {})().invoke([x]),
    'ArgumentError: Half has no method forward(x), which says what a call computes: a module is a class with one',
  ],
  [
    'losses by name',
    () => model().compile({ optimizer: 'sgd', loss: { dense: 'mse' } as never }),
    "OptionError: Model.compile: the losses of several outputs are a list in the order of the outputs: loss: ['mse', 'mae']",
  ],
  [
    'a metric of one function',
    () => nn.metric('worst', ((t: Tensor) => t.max()) as never, undefined as never),
    "ArgumentError: metric 'worst': expected two functions, of a batch to sums and of sums to the metric; a mean needs neither: metrics: [(t, p) => t.sub(p).abs()]",
  ],
  [
    'a learning rate below zero, set later',
    () => {
      new SGD().lr = -1;
    },
    'OptionError: SGD: lr must be a number >= 0, got -1',
  ],
  [
    'callbacks that are no list',
    () => model().fit(x, classes, { callbacks: nn.earlyStopping() as never, ...silent }),
    'OptionError: Model.fit: callbacks must be a list, got an object',
  ],
  [
    'a callback that is none',
    () => model().fit(x, classes, { callbacks: [3 as never], ...silent }),
    'OptionError: Model.fit: callbacks[0] must be an object of onTrainBegin, onEpochBegin, onBatchEnd, onEpochEnd, onTrainEnd, got 3',
  ],
  [
    'a callback that nothing calls',
    () => model().fit(x, classes, { callbacks: [{ onEpochStart: () => {} } as object], ...silent }),
    'OptionError: Model.fit: callbacks[0] has onEpochStart, which nothing calls; there are onTrainBegin, onEpochBegin, onBatchEnd, onEpochEnd, onTrainEnd',
  ],
  [
    'a mode of early stopping',
    () => nn.earlyStopping({ mode: 'best' as never }),
    "OptionError: earlyStopping: mode must be 'min' or 'max', got 'best'",
  ],
  [
    'a checkpoint to nowhere',
    () => nn.checkpoint(undefined as never),
    'OptionError: checkpoint: to must be a file name or a function of bytes',
  ],
  [
    'shuffling that is no flag',
    () => model().fit(x, classes, { shuffle: 'batch' as never, ...silent }),
    'OptionError: Model.fit: shuffle must be true or false, got batch; give a jitted function a boolean, not a tensor or a number: booleans stay what they are',
  ],
  [
    'validation data that are none',
    () => model().fit(x, classes, { validationData: 5 as never, ...silent }),
    'OptionError: Model.fit: validationData must be [x, y] or [x, y, sampleWeight], or a data set of such batches',
  ],
  [
    'outputs of other inputs',
    () => functional(input([3]), input([3])),
    'ArgumentError: functional: an output depends on the input float32[?,3], which is not among the inputs',
  ],
  [
    'weights of losses that are no numbers',
    () => model().compile({ optimizer: 'sgd', loss: 'mse', lossWeights: ['a' as never] }),
    "OptionError: Model.compile: lossWeights[0] must be a number, got 'a'",
  ],
  [
    'weights of another network',
    () => model().loadSafetensors(new Net().toSafetensors()),
    'ArgumentError: Model.loadSafetensors: the names do not match: missing dense.kernel, dense.bias; load what a network of the same layers and names has saved',
  ],
];

describe.each([
  ['gradients', gradients],
  ['graphs', graphs],
  ['optimizers', optimizers],
  ['models', models],
])('%s', (_, cases) => {
  it.each(cases)('%s', async (_what, f, says) => {
    expect(await message(f)).toBe(says);
  });
});

it('a pair that does not fit leaves the others unapplied', () => {
  expect(weight.toArray()).toEqual([0, 0]);
});

describe.each([true, false])('a training step that fails, jit %s', (jit) => {
  const steps: readonly Case[] = [
    [
      'labels out of range',
      () => [x, classes.mul(3)],
      'CheckError: sparseCategoricalCrossentropy: classes go from 0 to 1, got [0 3 0 3 0 3 0 3] (epoch 1 of 1, batch 1 of 1)',
    ],
    [
      'labels of another dtype',
      () => [x, classes.cast('float32')],
      "DTypeError: sparseCategoricalCrossentropy: the truth is the int32 number of the class, got float32[8]; cast it: labels.cast('int32'), or use categoricalCrossentropy for a distribution",
    ],
    [
      'labels of another shape',
      () => [x, zeros([8, 2], 'int32')],
      'ShapeError: sparseCategoricalCrossentropy: the truth has shape [8,2], but predictions [8,2] need one class for each of [8]',
    ],
    [
      'inputs of another shape',
      () => [zeros([8, 4]), classes],
      'ShapeError: Model: the input takes float32[?,3], got float32[8,4]; a model for such data begins with input([4])',
    ],
    [
      'a loss that is no number',
      () => [x.mul(Number.NaN), classes],
      'CheckError: Model.fit: stopped before a batch spoils the weights; look for NaN in its data, or try a smaller learning rate, globalClipNorm in the optimizer, or a loss with fromLogits. Its loss is nan (epoch 1 of 1, batch 1 of 1)',
    ],
  ];
  it.each(steps)('%s', async (_what, data, says) => {
    const inputs = input([3]);
    const optimizer = new Adam();
    const m = functional(inputs, new Dense(2, { activation: 'softmax' })(inputs)).compile({
      optimizer,
      loss: 'sparseCategoricalCrossentropy',
      jit,
    });
    const options = { ...silent, shuffle: false };
    await m.fit(x, classes, options);
    const state = (): unknown => [...m.weights, ...optimizer.variables].map((v: Variable) => v.toArray());
    const before = state();
    const [a, b] = data() as [Tensor, Tensor];
    expect(await message(() => m.fit(a, b, options))).toBe(says);
    expect(state()).toEqual(before);
    // And goes on.
    await m.fit(x, classes, options);
    expect(optimizer.iterations.item()).toBe(2);
  });
});
