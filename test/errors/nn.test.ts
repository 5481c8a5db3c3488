// What users see when layers, modules, models and files are used wrongly: the culprit by name, and a way out.
import { jit, print, type Tensor, tensor, zeros } from 'tracejit';
import { dataset } from 'tracejit/data';
import * as nn from 'tracejit/nn';
import { Conv2D, Dense, Embedding, functional, input, LSTM, Module, sequential } from 'tracejit/nn';
import { describe, expect, it } from 'vitest';
import { messageOf } from './message.ts';

const refused = async (f: () => Promise<unknown>): Promise<string> => {
  try {
    await f();
    return 'no error';
  } catch (error) {
    return messageOf(() => {
      throw error;
    });
  }
};

describe('losses', () => {
  it('know their classes, eager and compiled', () => {
    const loss = (labels: Tensor, logits: Tensor): Tensor => nn.softmaxCrossEntropy(labels, logits);
    const logits = tensor([
      [1, 2],
      [3, 4],
    ]);
    for (const f of [loss, jit(loss), jit(loss, { backend: 'js' })])
      for (const wrong of [5, -1])
        expect(messageOf(() => f(tensor(Int32Array.of(0, wrong)), logits))).toBe(
          `CheckError: sparseCategoricalCrossentropy: classes go from 0 to 1, got ${wrong === 5 ? '[0 5]' : '[ 0 -1]'}`,
        );
  });
});

describe('layers', () => {
  it('name themselves when the input has another size', () => {
    const layer = new Dense(5, { name: 'head' });
    layer(zeros([2, 3]));
    expect(messageOf(() => layer(zeros([2, 4])))).toBe(
      "ShapeError: Dense 'head': was built for inputs of size 3 along the last axis, got float32[2,4]; reshape the input, or make another layer for it",
    );
    expect(messageOf(() => jit((x: Tensor) => layer(x))(zeros([7, 1])))).toBe(
      "ShapeError: Dense 'head': was built for inputs of size 3 along the last axis, got float32[7,1]; reshape the input, or make another layer for it",
    );
    expect(messageOf(() => new Conv2D(4, 3)(zeros([2, 3])))).toBe(
      'ShapeError: Conv2D: expected at least 4 axes, the first for the batch, got float32[2,3]',
    );
    expect(messageOf(() => new LSTM(4)(zeros([2, 3])))).toBe(
      'ShapeError: LSTM: expected at least 3 axes, the first for the batch, got float32[2,3]',
    );
    expect(messageOf(() => new Embedding(10, 4)(zeros([2])))).toBe(
      "DTypeError: Embedding: takes int32 positions, got float32[2]; cast them: ids.cast('int32')",
    );
    expect(messageOf(() => new nn.Reshape([5])(zeros([2, 6])))).toBe(
      'ShapeError: Reshape: 6 elements of each example of float32[2,6] do not fill shape [5]',
    );
    expect(messageOf(() => layer([1, 2] as never))).toBe(
      "ArgumentError: Dense 'head': expected a tensor, got object",
    );
  });

  it('refuse options they do not know, all of them, and losses do', () => {
    const leading: Readonly<Record<string, readonly unknown[]>> = {
      Activation: ['relu'],
      Conv1D: [1, 2],
      Conv2D: [1, 2],
      Dense: [1],
      Dropout: [0.1],
      Embedding: [2, 1],
      GRU: [1],
      LSTM: [1],
      Lambda: [(x: Tensor) => x],
      Reshape: [[1]],
      SimpleRNN: [1],
    };
    const abstract = ['Layer', 'Module', 'Model'];
    for (const [name, value] of Object.entries(nn)) {
      if (typeof value !== 'function' || abstract.includes(name)) continue;
      const wrong = { nonsense: 1 };
      if (value.prototype instanceof nn.Layer) {
        const LayerClass = value as unknown as new (...args: unknown[]) => unknown;
        const needed = name === 'MultiHeadAttention' ? { heads: 1, keySize: 1 } : {};
        const make = (): unknown => new LayerClass(...(leading[name] ?? []), { ...needed, ...wrong });
        expect(messageOf(make)).toMatch(`OptionError: ${name}: unknown option 'nonsense'; there are `);
      } else if (/^(mean|log|huber|hinge|squared|categoricalH|poisson|cosineS|kl)|ntropy$/.test(name)) {
        const loss = value as unknown as nn.Loss;
        expect(messageOf(() => loss(zeros([2, 3]), zeros([2, 3]), wrong as object))).toMatch(
          `OptionError: ${name}: unknown option 'nonsense'; there are reduction, sampleWeight`,
        );
      }
    }
  });

  it('refuse options and numbers they do not know', () => {
    expect(messageOf(() => new Dense(5, { activate: 'relu' } as object))).toBe(
      "OptionError: Dense: unknown option 'activate'; there are activation, useBias, kernelInitialiser, biasInitialiser, name",
    );
    expect(messageOf(() => new Dense(0))).toBe('OptionError: Dense: units must be an integer >= 1, got 0');
    expect(messageOf(() => new Dense(5, { activation: 'rellu' }))).toMatch(
      /^OptionError: Dense: unknown activation "rellu"; there are linear, relu, /,
    );
    expect(messageOf(() => new Dense(5, { kernelInitialiser: 'glorot' })(zeros([1, 2])))).toMatch(
      /^OptionError: Dense: unknown initialiser "glorot"; there are zeros, ones, glorotUniform, /,
    );
    expect(messageOf(() => new nn.Dropout(1))).toBe(
      'OptionError: Dropout: rate must be a number >= 0 and < 1, got 1',
    );
    expect(messageOf(() => new Dense(5)(zeros([1, 2]), { train: true } as object))).toBe(
      "OptionError: Dense: unknown option 'train'; there are training",
    );
    const layer = new Dense(5);
    expect(
      messageOf(() => jit((x: Tensor, t: number) => layer(x, { training: t as never }))(zeros([1, 2]), 1)),
    ).toBe(
      'ArgumentError: Dense: training must be true or false, got object; give a jitted function a boolean, not a tensor or a number: booleans stay what they are',
    );
    expect(messageOf(() => new LSTM(2, { returnSequences: 1 as never }))).toBe(
      'OptionError: LSTM: returnSequences must be true or false, got 1; give a jitted function a boolean, not a tensor or a number: booleans stay what they are',
    );
    expect(messageOf(() => new LSTM(2, { dropout: 1 }))).toBe(
      'OptionError: LSTM: dropout must be a number >= 0 and < 1, got 1',
    );
    expect(messageOf(() => new nn.GRU(2, { recurrentDropout: -1 }))).toBe(
      'OptionError: GRU: recurrentDropout must be a number >= 0 and < 1, got -1',
    );
    expect(messageOf(() => new LSTM(2, { stateful: true } as nn.LSTMOptions))).toBe(
      "OptionError: LSTM: there is no option 'stateful'; hand the state on from call to call: { returnState: true } gives [result, ...state], which the next call takes as { initialState: state }",
    );
    expect(messageOf(() => new nn.GRU(2, { goBackwards: true } as nn.GRUOptions))).toBe(
      "OptionError: GRU: there is no option 'goBackwards'; it is called backwards",
    );
    expect(messageOf(() => new Embedding(2, 3, { maskZero: true } as nn.EmbeddingOptions))).toBe(
      "OptionError: Embedding: there is no option 'maskZero'; give the mask to the layer that follows: lstm(embedding(ids), { mask: ids.notEqual(0) })",
    );
    expect(messageOf(() => new LSTM(2)(zeros([1, 2, 3]), { mask: zeros([1, 2]) }))).toBe(
      'ShapeError: LSTM: mask must be bool[1,2], one for each step of float32[1,2,3], got float32[1,2]',
    );
    expect(messageOf(() => new nn.BatchNorm({ axis: 3 })(zeros([1, 2])))).toBe(
      'ShapeError: BatchNorm: there is no axis 3 in float32[1,2]',
    );
    const byChannel = new nn.BatchNorm({ axis: 1 });
    byChannel(zeros([2, 3, 4]));
    expect(messageOf(() => byChannel(zeros([2, 4, 3])))).toBe(
      'ShapeError: BatchNorm: was built for inputs of size 3 along axis 1, got float32[2,4,3]; reshape the input, or make another layer for it',
    );
    expect(messageOf(() => new nn.LayerNorm({ axis: [2, 1] })(zeros([1, 2, 3])))).toBe(
      'OptionError: LayerNorm: axis must be in increasing order, got [2,1]',
    );
    expect(messageOf(() => new nn.BatchNorm({ momentum: 1.5 }))).toBe(
      'OptionError: BatchNorm: momentum must be a number >= 0 and <= 1, got 1.5',
    );
    expect(messageOf(() => nn.binaryCrossentropy(zeros([1]), zeros([1]), { labelSmoothing: 2 }))).toBe(
      'OptionError: binaryCrossentropy: labelSmoothing must be a number >= 0 and <= 1, got 2',
    );
    expect(messageOf(() => new LSTM(2)(zeros([1, 2, 3]), { initialState: [zeros([1, 2])] }))).toBe(
      'ArgumentError: LSTM: initialState must be a list of 2 tensors [batch, 2]',
    );
  });
});

class Net extends Module {
  l1 = new Dense(3);
  forward(x: Tensor): Tensor {
    return this.l1(x);
  }
}

describe('state', () => {
  it('of other shapes or names changes nothing', () => {
    const net = new Net();
    expect(messageOf(() => net.loadStateDict({ 'l1.kernel': zeros([2, 3]) }))).toBe(
      'ArgumentError: Net.loadStateDict: the names do not match: not expected l1.kernel; layers make their variables at the first call, so call the network once before loading',
    );
    net(zeros([1, 2]));
    const before = JSON.stringify(net);
    expect(messageOf(() => net.loadStateDict({ 'l1.bias': zeros([3]), 'l2.kernel': zeros([2, 3]) }))).toBe(
      'ArgumentError: Net.loadStateDict: the names do not match: missing l1.kernel; not expected l2.kernel; load what a network of the same layers and names has saved',
    );
    expect(
      messageOf(() => net.loadStateDict({ 'l1.bias': zeros([3]).add(1), 'l1.kernel': zeros([3, 2]) })),
    ).toBe(
      "ShapeError: Net.loadStateDict: 'l1.kernel' has shape [3,2], the network needs [2,3]; make its layers of the sizes of the saved ones, or load weights of its own",
    );
    expect(
      messageOf(() =>
        net.loadStateDict({ 'l1.bias': zeros([3]).add(1), 'l1.kernel': zeros([2, 3], 'int32') }),
      ),
    ).toBe(
      "DTypeError: Net.loadStateDict: 'l1.kernel' is int32, the network needs float32; cast it: x.cast('float32')",
    );
    expect(JSON.stringify(net)).toBe(before);
  });
});

describe('safetensors', () => {
  const file = (header: unknown, bytes = 0): Uint8Array => {
    const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const out = new Uint8Array(8 + json.length + bytes);
    new DataView(out.buffer).setUint32(0, json.length, true);
    out.set(json, 8);
    return out;
  };
  const entry = (over: object = {}): object => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...over });
  const message = (bytes: Uint8Array): string => messageOf(() => nn.readSafetensors(bytes));

  it.each([
    [new Uint8Array(3), '3 bytes are no file; its first 8 are a length'],
    [new Uint8Array(8).fill(255), 'the header announces 18446744073709552000 bytes, the file has 0 more'],
    [file({ a: entry() }, 8).subarray(0, 20), 'the header announces 54 bytes, the file has 12 more'],
    [file('{'), 'the header is no JSON'],
    [file([]), 'the header is no JSON object'],
    [file({ a: 1 }), "'a' has no entry with dtype, shape and data_offsets"],
    [file({ a: entry({ dtype: 'F64' }) }, 8), `'a' has dtype "F64"; there are F32, I32, BOOL`],
    [file({ a: entry({ shape: [-2] }) }, 8), "'a' has the shape [-2], which is none"],
    [
      file({ a: entry({ data_offsets: [0] }) }, 8),
      "'a' has the data_offsets [0], which are no pair of bytes",
    ],
    [file({ a: entry({ data_offsets: [8, 0] }) }, 8), "'a' has -8 bytes, but F32[2] takes 8"],
    [file({ a: entry({ shape: [3] }) }, 8), "'a' has 8 bytes, but F32[3] takes 12"],
    [
      file({ a: entry(), b: entry({ data_offsets: [4, 12] }) }, 12),
      "'b' begins at byte 4, but the tensor before it ends at 8",
    ],
    [
      file({ a: entry(), b: entry({ data_offsets: [12, 20] }) }, 20),
      "'b' begins at byte 12, but the tensor before it ends at 8",
    ],
    [file({ a: entry() }, 4), 'the tensors take 8 bytes, the file has 4 for them'],
    [file({ a: entry() }, 9), 'the tensors take 8 bytes, the file has 9 for them'],
    [
      file('{"__proto__": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}', 4),
      "a tensor named '__proto__' is refused",
    ],
  ])('%#: a damaged file is refused', (bytes, what) => {
    expect(message(bytes)).toBe(`ArgumentError: readSafetensors: ${what}`);
  });

  it('a bool that is none is refused too', () => {
    const bytes = file({ a: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, 1);
    bytes[bytes.length - 1] = 7;
    expect(message(bytes)).toBe(
      "ArgumentError: readSafetensors: 'a' is BOOL, but its element 0 is the byte 7",
    );
  });
});

describe('symbolic tensors', () => {
  it('have no elements', () => {
    const x = input([3]);
    expect(messageOf(() => x.add(1).item())).toBe(
      'TraceError: item() asked for the element of a symbolic tensor float32[?,3], which has no elements until its model is called. Functions and methods of tensors, as add(a, b), are remembered until then; anything else becomes a layer: new Lambda((a, b) => …)(a, b)',
    );
    expect(messageOf(() => print('x is', x))).toMatch(
      /^TraceError: a function was given a symbolic tensor float32\[\?,3\], /,
    );
    expect(messageOf(() => `${String(x)}`)).toMatch(
      /^TraceError: JavaScript asked for the value of a symbolic/,
    );
  });

  it('fit together or say so at once', () => {
    expect(messageOf(() => input([3]).matmul(tensor([[1, 2]])))).toMatch(/^ShapeError: matmul /);
    expect(messageOf(() => input([3.5]))).toBe(
      'ShapeError: input: expected the shape of one example, such as [28, 28, 1], with null for a size that is not known; got [3.5]',
    );
  });
});

describe('models', () => {
  const make = (): nn.Model => {
    const x = input([3]);
    return functional(x, new Dense(2)(x));
  };

  it('name the input that does not fit', () => {
    const model = make();
    expect(messageOf(() => model(zeros([2, 4])))).toBe(
      'ShapeError: Model: the input takes float32[?,3], got float32[2,4]; a model for such data begins with input([4])',
    );
    expect(messageOf(() => model(zeros([2, 3], 'int32')))).toBe(
      "DTypeError: Model: the input takes float32[?,3], got int32[2,3]; cast it: x.cast('float32')",
    );
    const [a, b] = [input([3]), input([3])];
    const two = functional({ a, b }, a.add(b), { name: 'two' });
    expect(messageOf(() => two({ a: zeros([1, 3]) }))).toBe(
      "TreeError: Model 'two': the input must be an object of a, b, got an object of a",
    );
    const list = functional([a, b], a.add(b));
    expect(messageOf(() => list([zeros([1, 3])]))).toBe(
      'TreeError: Model: the input must be a list of 2 tensors, got a list of 1',
    );
    expect(messageOf(() => list(zeros([2, 3])))).toBe(
      'TreeError: Model: the input must be a list of 2 tensors, got one tensor',
    );
    const [left, right] = [input([3], { name: 'left' }), input([4], { name: 'right' })];
    const named = functional([left, right], left.sum(-1).add(right.sum(-1)));
    expect(messageOf(() => named([zeros([1, 3]), zeros([1, 3])]))).toBe(
      "ShapeError: Model: input 'right' takes float32[?,4], got float32[1,3]; a model for such data begins with input([3])",
    );
    expect(messageOf(() => (model as (...x: unknown[]) => unknown)(zeros([2, 3]), true))).toBe(
      'ArgumentError: Model: options of a call go by their names: layer(x, { training: true })',
    );
    expect(messageOf(() => two({ a: zeros([1, 3]), b: zeros([1, 1]) }))).toBe(
      "ShapeError: Model 'two': input 'b' takes float32[?,3], got float32[1,1]; a model for such data begins with input([1])",
    );
  });

  it('begin with inputs and end with what is made of them', () => {
    const [a, b] = [input([3], { name: 'left' }), input([3], { name: 'right' })];
    expect(messageOf(() => functional(a, a.add(b)))).toBe(
      "ArgumentError: functional: an output depends on the input 'right' float32[?,3], which is not among the inputs",
    );
    expect(messageOf(() => functional(a, zeros([3])))).toBe(
      'ArgumentError: functional: outputs is no symbolic tensor; begin with input(shape) and apply layers and functions to it',
    );
    expect(messageOf(() => functional(a, new Dense(2, { name: 'x' })(new Dense(2, { name: 'x' })(a))))).toBe(
      "ArgumentError: Model: two layers are named 'x'; names in one model must differ",
    );
    expect(messageOf(() => sequential([new Dense(2), 3 as never]))).toBe(
      'ArgumentError: sequential: item 1 is no layer',
    );
    expect(messageOf(() => sequential([new Dense(2)]).summary())).toBe(
      'ArgumentError: Model: summary() needs the shape of the inputs; call the model once, or begin the list with input(shape)',
    );
    expect(messageOf(() => make().layer('conv'))).toBe(
      "ArgumentError: Model: no layer is named 'conv'; there are dense",
    );
  });

  it('are compiled before they are trained', async () => {
    const [x, y] = [zeros([4, 3]), zeros([4, 2])];
    expect(await refused(() => make().fit(x, y))).toBe(
      "ArgumentError: Model: fit before compile; say how to train: model.compile({ optimizer: 'adam', loss: 'meanSquaredError' })",
    );
    expect(messageOf(() => make().compile({ optimizer: 'adamm', loss: 'mse' }))).toBe(
      'OptionError: Model.compile: unknown optimizer "adamm"; there are sgd, adam, adamw, rmsprop, adagrad, or an instance such as new Adam({ lr: 1e-3 })',
    );
    expect(messageOf(() => make().compile({ optimizer: 'sgd', loss: 'mean' }))).toMatch(
      /^OptionError: Model\.compile: unknown loss "mean"; there are meanSquaredError, mse, /,
    );
    expect(messageOf(() => make().compile({ optimizer: 'sgd', loss: 'mse', metrics: ['acuracy'] }))).toMatch(
      /^OptionError: Model\.compile: unknown metric "acuracy"; there are accuracy, acc, /,
    );
    const model = make().compile({ optimizer: 'sgd', loss: 'mse' });
    expect(await refused(() => model.fit(x, y, { epoch: 3 } as object))).toBe(
      "OptionError: Model.fit: unknown option 'epoch'; there are epochs, batchSize, sampleWeight, classWeight, shuffle, seed, validationSplit, validationData, callbacks, verbose",
    );
    expect(await refused(() => model.fit(x, zeros([3, 2])))).toBe(
      'ShapeError: dataset: data[1] has 3 rows, data[0] 4; all must have as many',
    );
    expect(await refused(() => model.fit(x, [y, y], { verbose: 'silent' }))).toBe(
      'ArgumentError: Model: 1 output, but 2 tensors of truth',
    );
    expect(await refused(() => model.fit(x, zeros([4, 5]), { verbose: 'silent' }))).toBe(
      'ShapeError: meanSquaredError: the truth has shape [4,5], the predictions [4,2]; they must be equal',
    );
    expect(await refused(() => model.fit(x))).toBe(
      'ArgumentError: Model.fit: expected x and y, or a data set of batches [x, y]',
    );
    expect(await refused(() => model.fit(dataset(x).batch(2), { verbose: 'silent' }))).toBe(
      'ArgumentError: Model.fit: the data set must give batches [x, y] or [x, y, sampleWeight]',
    );
    expect(await refused(() => model.fit(x, y, { validationSplit: 1 }))).toBe(
      'OptionError: Model.fit: validationSplit must be a number > 0 and < 1, got 1',
    );
    expect(await refused(() => model.fit(x, y, { callbacks: [nn.earlyStopping()], verbose: 'silent' }))).toBe(
      "ArgumentError: earlyStopping: there is no 'valLoss' to watch; there are loss",
    );
    const custom = make().compile({ optimizer: 'sgd', loss: (t, p) => p.sub(t).square() });
    expect(await refused(() => custom.fit(x, y, { verbose: 'silent' }))).toBe(
      'ArgumentError: Model: the loss must be a float32 scalar, got float32[4,2]; take its mean',
    );
  });

  it('say what JSON cannot hold, and what is wrong with it', () => {
    const x = input([3]);
    const silly = functional(x, new Dense(2, { name: 'odd', activation: (t) => t.mul(2) })(x));
    expect(messageOf(() => JSON.stringify(silly))).toBe(
      "ArgumentError: toJSON: the options of 'odd' hold a function, which JSON cannot; name it where there is a name, as in { activation: 'relu' }",
    );
    class Own extends nn.Layer {
      protected override build(): void {}
      override forward(t: Tensor): Tensor {
        return t;
      }
    }
    const json = JSON.stringify(functional(x, new Own({}, [])(x)));
    expect(messageOf(() => nn.modelFromJSON(json))).toBe(
      'ArgumentError: modelFromJSON: layer \'own\' is of the unknown class "Own"; give a maker: modelFromJSON(json, { classes: { Own: (config) => … } })',
    );
    expect(messageOf(() => nn.modelFromJSON({ format: 'keras' }))).toBe(
      'ArgumentError: modelFromJSON: expected format tracejit.model, version 1, got "keras", undefined',
    );
    const good = JSON.parse(JSON.stringify(functional(x, x.add(1)))) as {
      applications: { function: string }[];
    };
    good.applications[0]!.function = 'constructor';
    expect(messageOf(() => nn.modelFromJSON(good))).toBe(
      'ArgumentError: modelFromJSON: application 0 is of no function of tensors: "constructor"',
    );
  });
});
