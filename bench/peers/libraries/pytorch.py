"""The workloads in PyTorch, where Python has it: eager mode, its fused operators where there are any. `python pytorch.py <threads>`"""

import base64
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
COMPARED_STEPS = 3


def decoded(array):
    dtype = torch.float32 if array["data"]["dtype"] == "float32" else torch.int32
    raw = bytearray(base64.b64decode(array["data"]["base64"]))
    return torch.frombuffer(raw, dtype=dtype).reshape(array["shape"])


def encoded(tensor):
    flat = tensor.detach().to(torch.float32).reshape(-1).contiguous()
    raw = bytes(flat.untyped_storage() if hasattr(flat, "untyped_storage") else flat.storage().untyped())
    text = base64.b64encode(raw[: 4 * flat.numel()]).decode()
    return {"shape": [flat.numel()], "data": {"dtype": "float32", "base64": text}}


def op(f):
    def make(inputs):
        args = [decoded(a) for a in inputs.values()]

        def run():
            with torch.inference_mode():
                return f(*args)

        return run, lambda: {"result": encoded(run())}

    return make


def square(inputs):
    x = decoded(inputs["x"]).requires_grad_()

    def run():
        value = x.square()
        (slope,) = torch.autograd.grad(value, x)
        return value.item(), slope.item()

    return run, lambda: {"result": encoded(torch.tensor(run()))}


def training(loss, names, optimizer):
    def make(inputs):
        x, y = (decoded(inputs[name]) for name in names)
        params = {k: decoded(a).clone().requires_grad_() for k, a in inputs.items() if k not in names}
        update = optimizer(params.values())

        def run():
            update.zero_grad(set_to_none=True)
            value = loss(params, x, y)
            value.backward()
            update.step()
            return value.item()

        def results():
            losses = torch.tensor([run() for _ in range(COMPARED_STEPS)])
            return {"losses": encoded(losses), **{name: encoded(p) for name, p in params.items()}}

        return run, results

    return make


def gelu(x):
    inner = (x + x * x * x * 0.044715) * math.sqrt(2 / math.pi)
    return x * 0.5 * (inner.tanh() + 1)


def softmax(x):
    e = (x - x.amax(-1, keepdim=True)).exp()
    return e / e.sum(-1, keepdim=True)


def layer_norm(x):
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()


def mlp(p, images, labels):
    h1 = F.relu(images @ p["w1"] + p["b1"])
    h2 = F.relu(h1 @ p["w2"] + p["b2"])
    return F.cross_entropy(h2 @ p["w3"] + p["b3"], labels.long())


def tiny(p, x, y):
    h1 = torch.tanh(x @ p["w1"] + p["b1"])
    h2 = torch.tanh(h1 @ p["w2"] + p["b2"])
    return (h2 @ p["w3"] + p["b3"] - y).square().mean()


LAYERS, HEADS, WIDTH = 2, 4, 64


def transformer(p, text, following):
    batch, context = text.shape
    later = torch.ones(context, context, dtype=torch.bool).triu(1)

    def norm(x, name):
        return F.layer_norm(x, (WIDTH,), p[f"{name}.scale"], p[f"{name}.offset"])

    def split(x):
        return x.reshape(batch, context, HEADS, WIDTH // HEADS).transpose(1, 2)

    x = F.embedding(text, p["tokens"]) + p["positions"]
    for n in range(LAYERS):
        h = norm(x, f"{n}.norm1")
        query, key, value = (split(h @ p[f"{n}.{name}"]) for name in ("query", "key", "value"))
        scores = query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5
        seen = F.softmax(scores.masked_fill(later, -1e9), -1) @ value
        joined = seen.transpose(1, 2).reshape(batch, context, WIDTH)
        x = x + joined @ p[f"{n}.out"] + p[f"{n}.out.bias"]
        inner = F.gelu(norm(x, f"{n}.norm2") @ p[f"{n}.up"] + p[f"{n}.up.bias"], approximate="tanh")
        x = x + inner @ p[f"{n}.down"] + p[f"{n}.down.bias"]
    logits = norm(x, "norm") @ p["head"]
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), following.reshape(-1).long())


def momentum(params):
    return torch.optim.SGD(params, lr=0.01, momentum=0.9)


def adam(params):
    return torch.optim.Adam(params, lr=1e-3)


def descent(params):
    return torch.optim.SGD(params, lr=0.01)


matmul = op(lambda x, y: x @ y)
gelu_op = op(lambda x: F.gelu(x, approximate="tanh"))
LIBRARY = {
    "square": square,
    "gelu-4096": op(gelu),
    "gelu-4096-fused": gelu_op,
    "gelu-1000000": op(gelu),
    "gelu-1000000-fused": gelu_op,
    "softmax": op(softmax),
    "softmax-fused": op(lambda x: F.softmax(x, -1)),
    "layer-norm": op(layer_norm),
    "layer-norm-fused": op(lambda x: F.layer_norm(x, x.shape[-1:])),
    **{f"matmul-{n}": matmul for n in (64, 128, 256, 512, 1024)},
    "mlp-momentum": training(mlp, ("images", "labels"), momentum),
    "mlp-adam": training(mlp, ("images", "labels"), adam),
    "transformer": training(transformer, ("text", "next"), adam),
    "tiny": training(tiny, ("x", "y"), descent),
}


def measure(run, ms):
    start = time.perf_counter()
    runs, chunk, elapsed = 0, 1, 0.0
    while runs == 0 or elapsed < ms:
        for _ in range(chunk):
            run()
        runs += chunk
        elapsed = (time.perf_counter() - start) * 1e3
        chunk = max(1, int(runs / max(elapsed, 1e-3) * ms / 50))
    return elapsed / runs


CANARY = torch.ones(48, 48)


def canary():
    """Milliseconds of small products: how much of the core's arithmetic is ours."""
    best = math.inf
    for _ in range(2):
        start = time.perf_counter()
        for _ in range(12):
            torch.mm(CANARY, CANARY)
        best = min(best, (time.perf_counter() - start) * 1e3)
    return best


def main():
    run = None
    with os.fdopen(3, "w") as answers:
        for line in sys.stdin:
            command = json.loads(line)
            try:
                if command["kind"] == "prepare":
                    run = None
                    make = LIBRARY.get(command["workload"])
                    if make is None:
                        answer = {"kind": "absent", "why": "not one of its uses"}
                    else:
                        run, results = make(command["inputs"])
                        # Results lie in memory that JavaScript reads too.
                        answer = {"kind": "prepared", "results": results(), "reads": False}
                        measure(run, command["warmUpMs"])
                else:
                    before = canary()
                    ms = measure(run, command["ms"])
                    answer = {"kind": "sampled", "ms": ms, "canary": max(before, canary())}
            except Exception as error:  # One workload that fails is a row of the table.
                answer = {"kind": "failed", "message": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


main()
