"""What the backward pass of RMS normalisation is compared with: PyTorch's through autograd, eager and compiled."""

import torch
import torch._functorch.config
import torch.nn.functional as F


def norm(x, weight):
    return F.rms_norm(x, (x.shape[-1],), weight, 1e-5)


def contender(wrap):
    def prepare(problem, arrays):
        # What forward keeps is used by every call.
        torch._functorch.config.donated_buffer = False
        inputs = [one.detach().requires_grad_() for one in (arrays.x, arrays.weight)]
        y = wrap(norm)(*inputs)

        def call():
            return dict(zip(("d_x", "d_weight"), torch.autograd.grad(y, inputs, arrays.d_y, retain_graph=True)))

        return call

    return prepare


BASELINES = {
    "torch": contender(lambda function: function),
    "torch-compile": contender(lambda function: torch.compile(function, dynamic=False)),
}
