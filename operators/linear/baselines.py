"""What a linear layer is compared with: cuBLAS with what follows it in PyTorch, and the same compiled."""

import torch
import torch.nn.functional as F

ACTIVATIONS = {
    "none": lambda x: x,
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_erf": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
}


def layer(problem):
    activation = ACTIVATIONS[problem.activation]
    if problem.epilogue_fusion in ("bias", "bias_activation"):
        return lambda x, weight, bias: activation(F.linear(x, weight, bias))
    return lambda x, weight, bias: activation(F.linear(x, weight))


def eager(problem, arrays):
    torch.backends.cuda.matmul.allow_tf32 = True
    own = layer(problem)
    return lambda: {"out": own(arrays.x, arrays.weight, arrays.bias)}


def compiled(problem, arrays):
    torch.backends.cuda.matmul.allow_tf32 = True
    own = torch.compile(layer(problem), dynamic=False)
    return lambda: {"out": own(arrays.x, arrays.weight, arrays.bias)}


BASELINES = {"torch": eager, "torch-compile": compiled}
