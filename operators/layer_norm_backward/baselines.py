"""What the backward pass of layer normalisation is compared with: PyTorch's through autograd, eager and compiled."""

import torch
import torch._functorch.config
import torch.nn.functional as F


def norm(x, weight, bias):
    return F.layer_norm(x, (x.shape[-1],), weight, bias, 1e-5)


def contender(wrap):
    def prepare(problem, arrays):
        # What forward keeps is used by every call.
        torch._functorch.config.donated_buffer = False
        inputs = [one.detach().requires_grad_() for one in (arrays.x, arrays.weight, torch.zeros_like(arrays.weight))]
        y = wrap(norm)(*inputs)
        names = ("d_x", "d_weight", "d_bias")
        return lambda: dict(zip(names, torch.autograd.grad(y, inputs, arrays.d_y, retain_graph=True)))

    return prepare


BASELINES = {
    "torch": contender(lambda function: function),
    "torch-compile": contender(lambda function: torch.compile(function, dynamic=False)),
}
