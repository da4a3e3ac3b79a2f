"""The reader's network: convolutions that fold the height of the line into channels, a bidirectional GRU, one linear layer.

A line of 1 x 32 x W gives W / 4 steps of class scores. The convolutions form one path of plain Conv + BatchNorm + ReLU, so that they
quantise to a chain of QLinearConv; folding the height early leaves one-dimensional convolutions, which tract runs fastest in int8.
"""

import torch
from torch import nn

IDENTITY_NOISE = 0.01  # standard deviation of the weights of a layer that is put in


def block(cin, cout, kernel, stride=1, padding=None):
    kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = tuple(k // 2 for k in kernel) if padding is None else padding
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, padding, bias=False), nn.BatchNorm2d(cout), nn.ReLU(True))


# Convolutions as (channels, kernel, stride, padding; None: half the kernel), each to a height of 1 and a quarter of the width; then the
# hidden units of the GRU in each direction. `folded-6` is what ships; docs/models.md compares them.
STEM = [(24, 5, 2, None), (64, 3, 2, None)]
SHAPES = {
    "folded": ([*STEM, (256, (8, 1), 1, 0), *[(256, (1, 3), 1, None)] * 4], 96),
    "folded-6": ([*STEM, (256, (8, 1), 1, 0), *[(256, (1, 3), 1, None)] * 6], 96),
    "narrow": ([*STEM, (192, (8, 1), 1, 0), *[(192, (1, 3), 1, None)] * 3], 96),
    "folded-late": ([*STEM, (96, 3, (2, 1), None), (256, (4, 1), 1, 0), *[(256, (1, 3), 1, None)] * 3], 96),
    "strided": ([*STEM, *[(n, 3, s, None) for n in (96, 160, 224) for s in ((2, 1), 1)][:-1], (224, (1, 3), 1, None)], 96),
    "deep": ([*STEM, (256, (8, 1), 1, 0), *[(256, (1, 3), 1, None)] * 8], 48),
}


class Reader(nn.Module):
    def __init__(self, classes, shape="folded"):
        super().__init__()
        layers, hidden = SHAPES[shape]
        channels = [1, *[layer[0] for layer in layers]]
        self.convolutions = nn.Sequential(*[block(cin, *layer) for cin, layer in zip(channels, layers)])
        self.gru = nn.GRU(channels[-1], hidden, 1, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * hidden, classes)

    def forward(self, x):
        """N x 1 x 32 x W, -1 black to 1 white -> N x W/4 x classes, unnormalised."""
        x = self.convolutions(x).float().squeeze(2).transpose(1, 2)
        return self.out(self.gru(x)[0])


def grow(net, state, sample):
    """Fills `net` with the weights `state` of a shape with fewer convolutions at the end, so that it gives nearly the same scores.

    What is new passes on what comes in: what left a ReLU is not negative, so a kernel of one in its middle and a normalisation to the
    measured mean and spread change nothing (Net2Net, Chen et al. 2016); a little noise sets the channels apart. `sample` is N x 1 x 32 x W.
    """
    known = {name.split(".")[1] for name in state if name.startswith("convolutions.")}
    missing = net.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys, missing.unexpected_keys
    net.eval()
    with torch.no_grad():
        x = sample
        for number, layer in enumerate(net.convolutions):
            if str(number) not in known:
                convolution, norm, _ = layer
                middle = tuple(k // 2 for k in convolution.kernel_size)
                convolution.weight.normal_(0, IDENTITY_NOISE)
                convolution.weight[(range(len(convolution.weight)),) * 2 + middle] += 1
                passed = convolution(x)
                norm.running_mean.copy_(passed.mean((0, 2, 3)))
                norm.running_var.copy_(passed.var((0, 2, 3)))
                norm.weight.copy_((norm.running_var + norm.eps).sqrt())
                norm.bias.copy_(norm.running_mean)
            x = layer(x)
    net.train()
