"""Muon (Jordan 2024): momentum made orthogonal, for matrices and convolutions; AdamW takes the rest.

Takes a net, gives two optimisers that want the same rate: an update of Muon is scaled to the size that AdamW's has in each entry.
"""

import torch

MOMENTUM = 0.95
STEPS = 5  # of the Newton-Schulz iteration; its coefficients bring singular values near one, not to it, as fast as can be
COEFFICIENTS = 3.4445, -4.7750, 2.0315
SIZE = 0.2  # root mean square of an entry of AdamW's updates (Liu et al. 2025)
ADAM = ("convolutions.0.", "out.")  # the layers that see pixels and characters; they are no maps between features
GATES = 3  # a GRU's matrices stand three on top of each other


def orthogonal(matrix):
    """The nearest matrix with all singular values about one."""
    a, b, c = COEFFICIENTS
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(STEPS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters):
        super().__init__(parameters, {"lr": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
                momentum.lerp_(parameter.grad, 1 - MOMENTUM)
                ahead = parameter.grad.lerp(momentum, MOMENTUM).flatten(1)  # Nesterov's
                blocks = ahead.chunk(GATES) if parameter.ndim == 2 else [ahead]
                scale = SIZE * max(blocks[0].shape) ** 0.5
                update = torch.cat([orthogonal(block) for block in blocks]) * scale
                parameter.add_(update.view_as(parameter), alpha=-group["lr"])


def optimisers(net):
    maps = {name for name, p in net.named_parameters() if p.ndim >= 2 and not name.startswith(ADAM)}
    rest = [p for name, p in net.named_parameters() if name not in maps]
    return [torch.optim.AdamW(rest, 0.0, weight_decay=1e-4), Muon([p for name, p in net.named_parameters() if name in maps])]
