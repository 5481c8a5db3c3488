# Writes the reference numbers of this folder with PyTorch and Keras (on PyTorch): KERAS_BACKEND=torch python make.py
# Made with torch 2.15.0 and keras 3.15.1. The tests read the files only.
import json, math, os
os.environ["KERAS_BACKEND"] = "torch"
import numpy as np
import torch
import keras

def numbers(shape, seed, scale=1.0):
    n = int(np.prod(shape))
    return np.array([round(math.sin(0.7 * i + seed) * scale, 3) for i in range(n)], dtype=np.float32).reshape(shape)

def plain(x):
    if isinstance(x, (list, tuple)): return [plain(e) for e in x]
    if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
    if isinstance(x, torch.Tensor): x = x.detach().numpy()
    if isinstance(x, (np.ndarray, np.generic)): return json.loads(json.dumps(np.asarray(x).astype(np.float64).tolist()), parse_float=lambda t: float(f'{float(t):.8g}'))
    return x

def write(name, value):
    with open(name + ".json", "w") as f:
        json.dump(plain(value), f, separators=(",", ":"))
        f.write("\n")

# Optimizers: a parameter of three elements, five steps of given gradients.
start, steps = [1.0, -2.0, 0.5], [numbers([3], s, 2.0) for s in range(5)]
cases = [
    ("SGD", dict(lr=0.1), torch.optim.SGD, dict(lr=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9), torch.optim.SGD, dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3, weightDecay=0.05), torch.optim.SGD, dict(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.05)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True, weightDecay=0.05), torch.optim.SGD, dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05)),
    ("Adam", dict(), torch.optim.Adam, dict()),
    ("Adam", dict(lr=0.05, beta1=0.8, beta2=0.95, epsilon=1e-3, weightDecay=0.1), torch.optim.Adam, dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("Adam", dict(lr=0.05, beta2=0.5, amsgrad=True), torch.optim.Adam, dict(lr=0.05, betas=(0.9, 0.5), amsgrad=True)),
    ("AdamW", dict(lr=0.05, amsgrad=True, globalClipNorm=1.5), torch.optim.AdamW, dict(lr=0.05, amsgrad=True)),
    ("AdamW", dict(lr=0.05), torch.optim.AdamW, dict(lr=0.05)),
    ("AdamW", dict(lr=0.05, weightDecay=0.3), torch.optim.AdamW, dict(lr=0.05, weight_decay=0.3)),
    ("RMSProp", dict(), torch.optim.RMSprop, dict()),
    ("RMSProp", dict(lr=0.02, decay=0.9, momentum=0.5, centered=True, weightDecay=0.01), torch.optim.RMSprop, dict(lr=0.02, alpha=0.9, momentum=0.5, centered=True, weight_decay=0.01)),
    ("Adagrad", dict(), torch.optim.Adagrad, dict()),
    ("Adagrad", dict(lr=0.1, lrDecay=0.1, initialAccumulator=0.2, weightDecay=0.01), torch.optim.Adagrad, dict(lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2, weight_decay=0.01)),
]
optimizers = []
for name, options, make, kwargs in cases:
    p = torch.tensor(start, requires_grad=True)
    o = make([p], **kwargs)
    after = []
    for g in steps:
        p.grad = torch.tensor(g)
        if 'globalClipNorm' in options: torch.nn.utils.clip_grad_norm_([p], options['globalClipNorm'])
        o.step()
        after.append(p.detach().clone())
    optimizers.append({"name": name, "options": options, "after": after})
def clipped(f):
    p = [torch.zeros(3, requires_grad=True), torch.zeros(2, requires_grad=True)]
    p[0].grad, p[1].grad = torch.tensor([3.0, -4.0, 0.5]), torch.tensor([1.0, 2.0])
    f(p)
    return [p[0].grad, p[1].grad]
S = keras.optimizers.schedules
ask = [0, 1, 7, 10, 25, 40]
schedules = {
    "exponentialDecay": [S.ExponentialDecay(0.1, 10, 0.5)(s) for s in ask],
    "staircase": [S.ExponentialDecay(0.1, 10, 0.5, staircase=True)(s) for s in ask],
    "cosineDecay": [S.CosineDecay(0.1, 30, alpha=0.1)(s) for s in ask],
}
write("optimizers", {"start": start, "gradients": steps, "cases": optimizers,
    "clipValue": clipped(lambda p: torch.nn.utils.clip_grad_value_(p, 1.5)),
    "clipGlobalNorm": clipped(lambda p: torch.nn.utils.clip_grad_norm_(p, 2.0)),
    "asked": ask, "schedules": schedules})

# Losses, by Keras's functions (mean over the batch) and classes.
L = keras.losses
y, p = numbers([4, 3], 1), numbers([4, 3], 2)
prob = (lambda e: e / e.sum(-1, keepdims=True))(np.exp(numbers([4, 3], 3))).astype(np.float32)
hot = np.eye(3, dtype=np.float32)[[0, 2, 1, 2]]
ids = np.array([0, 2, 1, 2], dtype=np.int32)
bits = np.array([[0, 1, 1], [1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=np.float32)
sig = (1 / (1 + np.exp(-p))).astype(np.float32)
t = lambda x: torch.tensor(x)
losses = [
    ["meanSquaredError", "y", "p", {}, L.MeanSquaredError()(t(y), t(p))],
    ["meanAbsoluteError", "y", "p", {}, L.MeanAbsoluteError()(t(y), t(p))],
    ["huber", "y", "p", {}, L.Huber()(t(y), t(p))],
    ["huber", "y", "p", {"delta": 0.5}, L.Huber(delta=0.5)(t(y), t(p))],
    ["logCosh", "y", "p", {}, L.LogCosh()(t(y), t(p))],
    ["hinge", "bits", "p", {}, L.Hinge()(t(bits), t(p))],
    ["squaredHinge", "bits", "p", {}, L.SquaredHinge()(t(bits), t(p))],
    ["categoricalHinge", "hot", "p", {}, L.CategoricalHinge()(t(hot), t(p))],
    ["meanAbsolutePercentageError", "y", "p", {}, L.MeanAbsolutePercentageError()(t(y), t(p))],
    ["meanSquaredLogarithmicError", "bits", "sig", {}, L.MeanSquaredLogarithmicError()(t(bits), t(sig))],
    ["cosineSimilarity", "y", "p", {}, L.CosineSimilarity()(t(y), t(p))],
    ["poisson", "bits", "sig", {}, L.Poisson()(t(bits), t(sig))],
    ["klDivergence", "prob", "prob2", {}, None],
    ["binaryCrossentropy", "bits", "sig", {}, L.BinaryCrossentropy()(t(bits), t(sig))],
    ["binaryCrossentropy", "bits", "p", {"fromLogits": True}, L.BinaryCrossentropy(from_logits=True)(t(bits), t(p))],
    ["binaryCrossentropy", "bits", "sig", {"labelSmoothing": 0.2}, L.BinaryCrossentropy(label_smoothing=0.2)(t(bits), t(sig))],
    ["categoricalCrossentropy", "hot", "prob", {}, L.CategoricalCrossentropy()(t(hot), t(prob))],
    ["categoricalCrossentropy", "hot", "p", {"fromLogits": True, "labelSmoothing": 0.1}, L.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(t(hot), t(p))],
    ["sparseCategoricalCrossentropy", "ids", "prob", {}, L.SparseCategoricalCrossentropy()(t(ids), t(prob))],
    ["sparseCategoricalCrossentropy", "ids", "p", {"fromLogits": True}, L.SparseCategoricalCrossentropy(from_logits=True)(t(ids), t(p))],
]
prob2 = (lambda e: e / e.sum(-1, keepdims=True))(np.exp(numbers([4, 3], 5))).astype(np.float32)
next(l for l in losses if l[0] == "klDivergence")[4] = L.KLDivergence()(t(prob), t(prob2))
M = keras.metrics
def metric(m, a, b):
    m.update_state(a, b)
    return m.result()
metrics = [
    ["categoricalAccuracy", "hot", "prob", metric(M.CategoricalAccuracy(), hot, prob)],
    ["sparseCategoricalAccuracy", "ids", "p", metric(M.SparseCategoricalAccuracy(), ids, p)],
    ["binaryAccuracy", "bits", "sig", metric(M.BinaryAccuracy(), bits, sig)],
    ["topKCategoricalAccuracy", "hot", "p", metric(M.TopKCategoricalAccuracy(k=2), hot, p)],
    ["sparseTopKCategoricalAccuracy", "ids", "p", metric(M.SparseTopKCategoricalAccuracy(k=2), ids, p)],
    ["precision", "bits", "sig", metric(M.Precision(), bits, sig)],
    ["recall", "bits", "sig", metric(M.Recall(), bits, sig)],
    ["mse", "y", "p", metric(M.MeanSquaredError(), y, p)],
    ["mae", "y", "p", metric(M.MeanAbsoluteError(), y, p)],
    ["rmse", "y", "p", metric(M.RootMeanSquaredError(), y, p)],
]
write("losses", {"inputs": {"y": y, "p": p, "prob": prob, "prob2": prob2, "hot": hot, "ids": ids, "bits": bits, "sig": sig}, "losses": losses, "metrics": metrics})

# Layers by Keras: weights, input, output, the gradient of sum(output * output) by the input.
K = keras.layers
def layer(name, config, make, shape, seed=1, training=False, calls=1, scale=1.0, x=None, arity=1, mask=None):
    given = torch.tensor(numbers(shape, seed) if x is None else x)
    l = make()
    l.build(given.shape if arity == 1 else [given.shape] * arity) if name != "MultiHeadAttention" else l.build(given.shape, given.shape)
    weights = [numbers(list(w.shape), 3 + i, scale) for i, w in enumerate(l.weights)]
    if name == "BatchNorm": weights[-1] = np.abs(weights[-1]) + 0.1
    l.set_weights(weights)
    outs = []
    for _ in range(calls):
        v = given.clone()
        if v.dtype == torch.float32: v.requires_grad_(True)
        out = l(v, v) if name == "MultiHeadAttention" else l(v, training=training) if name in ("BatchNorm",) else l(v, mask=torch.tensor(mask)) if mask else l(v)
        outs.append(out)
    (outs[-1] * outs[-1]).sum().backward()
    return {"layer": name, "config": config, "training": training, "mask": mask, "input": given, "weights": weights,
        "outputs": outs, "gradient": v.grad, "weightsAfter": [w.numpy() if hasattr(w, "numpy") else w for w in l.get_weights()],
        "weightGradients": [None if w.value.grad is None else w.value.grad for w in l.weights]}
steps_that_count = [[True, False, True, True], [False, True, True, False]]
layers = [
    layer("Dense", {"units": 4, "activation": "relu"}, lambda: K.Dense(4, activation="relu"), [2, 3]),
    layer("Dense", {"units": 2, "useBias": False}, lambda: K.Dense(2, use_bias=False), [2, 3, 3]),
    layer("BatchNorm", {}, lambda: K.BatchNormalization(), [4, 3], training=True, calls=2),
    layer("BatchNorm", {"momentum": 0.9, "epsilon": 0.01}, lambda: K.BatchNormalization(momentum=0.9, epsilon=0.01), [2, 2, 3], training=True),
    layer("BatchNorm", {}, lambda: K.BatchNormalization(), [4, 3], training=False),
    layer("LayerNorm", {}, lambda: K.LayerNormalization(), [2, 3, 4]),
    layer("BatchNorm", {"axis": 1}, lambda: K.BatchNormalization(axis=1), [2, 3, 4], training=True, calls=2),
    layer("BatchNorm", {"axis": 1, "center": False, "scale": False}, lambda: K.BatchNormalization(axis=1, center=False, scale=False), [2, 3, 2, 2], training=True),
    layer("LayerNorm", {"axis": [1, 2]}, lambda: K.LayerNormalization(axis=[1, 2]), [2, 3, 4]),
    layer("Embedding", {"inputs": 5, "units": 3}, lambda: K.Embedding(5, 3), [2, 3], x=np.array([[0, 4, 1], [1, 1, 3]], dtype=np.int32)),
    layer("MultiHeadAttention", {"heads": 2, "keySize": 3}, lambda: K.MultiHeadAttention(2, 3), [2, 4, 5], scale=0.5),
    layer("SimpleRNN", {"units": 3, "returnSequences": True}, lambda: K.SimpleRNN(3, return_sequences=True), [2, 4, 2]),
    layer("LSTM", {"units": 3}, lambda: K.LSTM(3), [2, 4, 2]),
    layer("LSTM", {"units": 3, "returnSequences": True}, lambda: K.LSTM(3, return_sequences=True), [2, 4, 2]),
    layer("LSTM", {"units": 3, "returnSequences": True, "backwards": True}, lambda: K.LSTM(3, return_sequences=True, go_backwards=True), [2, 4, 2]),
    layer("LSTM", {"units": 3, "returnSequences": True}, lambda: K.LSTM(3, return_sequences=True), [2, 4, 2], mask=steps_that_count),
    layer("GRU", {"units": 3, "backwards": True}, lambda: K.GRU(3, go_backwards=True), [2, 4, 2], mask=steps_that_count),
    layer("SimpleRNN", {"units": 3}, lambda: K.SimpleRNN(3), [2, 4, 2], mask=steps_that_count),
    layer("GRU", {"units": 3}, lambda: K.GRU(3), [2, 4, 2]),
    layer("GRU", {"units": 3, "resetAfter": False, "returnSequences": True}, lambda: K.GRU(3, reset_after=False, return_sequences=True), [2, 4, 2]),
    layer("Conv1D", {"filters": 2, "kernelSize": 3, "padding": "same", "strides": 2}, lambda: K.Conv1D(2, 3, padding="same", strides=2), [2, 6, 3]),
    layer("Conv1D", {"filters": 2, "kernelSize": 3, "padding": "causal", "dilation": 2}, lambda: K.Conv1D(2, 3, padding="causal", dilation_rate=2), [2, 6, 3]),
    layer("Conv2D", {"filters": 2, "kernelSize": 3}, lambda: K.Conv2D(2, 3), [2, 5, 6, 3]),
    layer("Conv2D", {"filters": 4, "kernelSize": [3, 2], "padding": "same", "groups": 2, "activation": "tanh"}, lambda: K.Conv2D(4, (3, 2), padding="same", groups=2, activation="tanh"), [2, 5, 6, 4]),
    layer("Conv2D", {"filters": 2, "kernelSize": 3, "dilation": 2}, lambda: K.Conv2D(2, 3, dilation_rate=2), [1, 7, 6, 2]),
    layer("MaxPool2D", {}, lambda: K.MaxPooling2D(), [2, 4, 6, 2]),
    layer("MaxPool2D", {"poolSize": 3, "strides": 2, "padding": "same"}, lambda: K.MaxPooling2D(3, 2, padding="same"), [1, 5, 6, 2]),
    layer("AvgPool2D", {}, lambda: K.AveragePooling2D(2), [2, 4, 6, 2]),
]
write("layers", layers)

# PyTorch's own losses and layers, with gradients. `names` are the options of ours.
F = torch.nn.functional
def loss(name, truth, guess, options, f):
    given = {"y": y, "p": p, "prob": prob, "hot": hot, "ids": ids, "bits": bits, "sig": sig}
    x = torch.tensor(given[guess], requires_grad=True)
    target = torch.tensor(given[truth])
    value = f(x, target.long() if truth == "ids" else target)
    value.backward()
    return [name, truth, guess, options, value, x.grad]
torch_losses = [
    loss("meanSquaredError", "y", "p", {}, F.mse_loss),
    loss("meanSquaredError", "y", "p", {"reduction": "none"}, lambda x, t: F.mse_loss(x, t, reduction="none").mean(-1).sum()),
    loss("meanAbsoluteError", "y", "p", {}, F.l1_loss),
    loss("huber", "y", "p", {}, F.smooth_l1_loss),
    loss("huber", "y", "p", {"delta": 0.5}, lambda x, t: F.huber_loss(x, t, delta=0.5)),
    loss("binaryCrossentropy", "bits", "sig", {}, F.binary_cross_entropy),
    loss("binaryCrossentropy", "bits", "p", {"fromLogits": True}, F.binary_cross_entropy_with_logits),
    loss("softmaxCrossEntropy", "ids", "p", {}, F.cross_entropy),
    loss("softmaxCrossEntropy", "ids", "p", {"reduction": "sum"}, lambda x, t: F.cross_entropy(x, t, reduction="sum")),
    loss("softmaxCrossEntropy", "prob", "p", {}, F.cross_entropy),
    loss("categoricalCrossentropy", "hot", "p", {"fromLogits": True, "labelSmoothing": 0.1}, lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1)),
    loss("klDivergence", "prob", "sig", {}, lambda x, t: F.kl_div(x.log(), t, reduction="batchmean")),
    loss("cosineSimilarity", "y", "p", {}, lambda x, t: -F.cosine_similarity(x, t).mean()),
    loss("poisson", "bits", "sig", {}, lambda x, t: F.poisson_nll_loss(x, t, log_input=False)),
]
torch_losses[1][4] = F.mse_loss(t(p), t(y), reduction="none").mean(-1)
def module(name, config, m, shape, training=True, calls=1):
    for i, (_, w) in enumerate(m.named_parameters()): w.data = torch.tensor(numbers(list(w.shape), 3 + i, 0.7))
    m.train(training)
    x = torch.tensor(numbers(shape, 1), requires_grad=True)
    for _ in range(calls): out = m(x)
    outs = [out] if isinstance(out, torch.Tensor) else [out[0], *(s[0] for s in (out[1] if isinstance(out[1], tuple) else (out[1],)))]
    sum((o * o).sum() for o in outs[:1]).backward()
    return {"layer": name, "config": config, "training": training, "calls": calls, "input": x, "outputs": outs, "gradient": x.grad,
        "weights": {k: v for k, v in m.named_parameters()}, "weightGradients": {k: v.grad for k, v in m.named_parameters()}, "buffers": {k: v for k, v in m.named_buffers()}}
N = torch.nn
write("pytorch", {"losses": torch_losses, "layers": [
    module("BatchNorm", {"momentum": 0.9, "epsilon": 1e-5}, N.BatchNorm1d(3), [8, 3], calls=2),
    module("BatchNorm", {"momentum": 0.9, "epsilon": 1e-5, "axis": 1}, N.BatchNorm2d(3), [2, 3, 4, 2], calls=3),
    module("BatchNorm", {"momentum": 0.9, "epsilon": 1e-5}, N.BatchNorm1d(3), [8, 3], training=False),
    module("LayerNorm", {"epsilon": 1e-5}, N.LayerNorm(4), [2, 3, 4]),
    module("SimpleRNN", {"units": 3}, N.RNN(2, 3, batch_first=True), [2, 5, 2]),
    module("LSTM", {"units": 3}, N.LSTM(2, 3, batch_first=True), [2, 5, 2]),
    module("GRU", {"units": 3}, N.GRU(2, 3, batch_first=True), [2, 5, 2]),
]})
