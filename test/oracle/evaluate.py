"""Evaluates expressions in PyTorch: cases as JSON on stdin, values and gradients as JSON on stdout. Used by pytorch.test.ts; skipped where there is no PyTorch."""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
DTYPES = {"float32": torch.float32, "int32": torch.int64, "bool": torch.bool}


def flat(tensor):
    return [float(x) for x in tensor.detach().to(torch.float64).reshape(-1).tolist()]


def evaluated(case):
    inputs = {
        name: torch.tensor(given["data"], dtype=DTYPES[given["dtype"]]).reshape(given["shape"])
        for name, given in case["inputs"].items()
    }
    leaves = [x.requires_grad_() for x in inputs.values() if x.is_floating_point()]
    out = eval(case["torch"], {"torch": torch, "F": F, "math": math}, inputs)
    answer = {"shape": list(out.shape), "data": flat(out), "gradients": None}
    if case["differentiable"]:
        # The cotangent that the test uses too.
        weights = torch.cos(torch.arange(out.numel(), dtype=torch.float32)).reshape(out.shape)
        grads = torch.autograd.grad((out * weights).sum(), leaves, allow_unused=True)
        answer["gradients"] = [flat(torch.zeros_like(x) if g is None else g) for x, g in zip(leaves, grads)]
    return answer


def encoded(x):
    """JSON has no infinities."""
    return x if math.isfinite(x) else str(x)


answers = []
for case in json.load(sys.stdin):
    answer = evaluated(case)
    answer["data"] = [encoded(x) for x in answer["data"]]
    if answer["gradients"] is not None:
        answer["gradients"] = [[encoded(x) for x in g] for g in answer["gradients"]]
    answers.append(answer)
json.dump(answers, sys.stdout)
