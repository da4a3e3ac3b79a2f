"""The reader's network: convolutions that fold the height of the line into channels, a bidirectional GRU, one linear layer.

A line of 1 x 32 x W gives W / 4 steps of class scores. The convolutions form one path of plain Conv + BatchNorm + ReLU, so that they
quantise to a chain of QLinearConv; folding the height early leaves one-dimensional convolutions, which tract runs fastest in int8.
"""

import torch
from torch import nn
from torch.nn import functional

IDENTITY_NOISE = 0.01  # standard deviation of the weights of a layer that is put in
NEW_SPREAD = 0.5  # of what a new channel gives, about as much as a trained one: all weights of a layer share one scale in int8


def block(cin, cout, kernel, stride=1, padding=None):
    kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = tuple(k // 2 for k in kernel) if padding is None else padding
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, padding, bias=False), nn.BatchNorm2d(cout), nn.ReLU(True))


# Convolutions as (channels, kernel, stride, padding; None: half the kernel), each to a height of 1 and a quarter of the width; then the
# hidden units of the GRU in each direction. `folded-6` is what ships, `w384` is wider and follows it; docs/models.md compares the others.
STEM = [(24, 5, 2, None), (64, 3, 2, None)]
SHAPES = {
    "folded": ([*STEM, (256, (8, 1), 1, 0), *[(256, (1, 3), 1, None)] * 4], 96),
    "folded-6": ([*STEM, (256, (8, 1), 1, 0), *[(256, (1, 3), 1, None)] * 6], 96),
    "narrow": ([*STEM, (192, (8, 1), 1, 0), *[(192, (1, 3), 1, None)] * 3], 96),
    "folded-late": ([*STEM, (96, 3, (2, 1), None), (256, (4, 1), 1, 0), *[(256, (1, 3), 1, None)] * 3], 96),
    "strided": ([*STEM, *[(n, 3, s, None) for n in (96, 160, 224) for s in ((2, 1), 1)][:-1], (224, (1, 3), 1, None)], 96),
    "deep": ([*STEM, (256, (8, 1), 1, 0), *[(256, (1, 3), 1, None)] * 8], 48),
    "w384": ([(32, 5, 2, None), (96, 3, 2, None), (384, (8, 1), 1, 0), *[(384, (1, 3), 1, None)] * 6], 128),
}


class Reader(nn.Module):
    def __init__(self, classes, shape="folded"):
        super().__init__()
        layers, hidden = SHAPES[shape]
        channels = [1, *[layer[0] for layer in layers]]
        self.convolutions = nn.Sequential(*[block(cin, *layer) for cin, layer in zip(channels, layers)])
        self.gru = nn.GRU(channels[-1], hidden, 1, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * hidden, classes)

    def frozen(self, x, dtype=torch.float32):
        """The convolutions with the statistics of their norms as they are, folded into the weights: what ships, and a fifth less work."""
        x = x.to(dtype)
        for convolution, norm, _ in self.convolutions:
            scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
            weight = (convolution.weight * scale[:, None, None, None]).to(dtype, memory_format=torch.channels_last)
            shift = (norm.bias - norm.running_mean * scale).to(dtype)
            x = functional.relu_(functional.conv2d(x, weight, shift, convolution.stride, convolution.padding))
        return x

    def along(self, x):
        """What the convolutions give -> N x W/4 x classes, unnormalised."""
        return self.out(self.gru(x.float().squeeze(2).transpose(1, 2))[0])

    def forward(self, x):
        """N x 1 x 32 x W, -1 black to 1 white -> N x W/4 x classes, unnormalised."""
        return self.along(self.convolutions(x))


def load(state):
    """The net of a checkpoint, in its own shape and with its own number of classes."""
    net = Reader(len(state["net"]["out.bias"]), state["shape"])
    net.load_state_dict(state["net"])
    return net.eval()


def grow(net, known, sample):
    """Fills `net` with the weights of `known`, which may have fewer convolutions at the end, fewer channels, a smaller GRU and fewer
    classes, so that it gives nearly the same scores.

    New channels take random weights in and nothing takes weights from them, so they say nothing until it is learnt what they are good for. A
    new convolution passes on what comes in: what left a ReLU is not negative, so a kernel of one in its middle and a norm to the measured mean
    and spread change nothing (Net2Net, Chen et al. 2016). `sample` is N x 1 x 32 x W.
    """
    net.eval()
    with torch.no_grad():
        x, live = sample, 1  # channels of x that `known` knows
        for number, (convolution, norm, relu) in enumerate(net.convolutions):
            weight = torch.randn_like(convolution.weight) * (2 / convolution.weight[0].numel()) ** 0.5
            before, old = live, known.convolutions[number] if number < len(known.convolutions) else None
            live = old[0].out_channels if old else live
            weight[:live] = 0
            if old:
                weight[:live, :before] = old[0].weight
            else:
                weight[:live, :live].normal_(0, IDENTITY_NOISE)
                weight[(range(live),) * 2 + tuple(k // 2 for k in convolution.kernel_size)] += 1
            convolution.weight.copy_(weight)
            passed = convolution(x)
            norm.running_mean.copy_(passed.mean((0, 2, 3)))
            norm.running_var.copy_(passed.var((0, 2, 3)).clamp_min(norm.eps))
            norm.weight.fill_(NEW_SPREAD)
            norm.bias.zero_()
            norm.weight[:live] = old[1].weight if old else (norm.running_var + norm.eps).sqrt()[:live]
            norm.bias[:live] = old[1].bias if old else norm.running_mean[:live]
            if old:
                norm.running_mean[:live], norm.running_var[:live] = old[1].running_mean, old[1].running_var
            x = relu(norm(passed))
        hidden, wide = known.gru.hidden_size, net.gru.hidden_size
        inputs = {"weight_ih": live, "weight_hh": hidden}
        for name, weight in net.gru.named_parameters():
            columns = inputs.get(name.split("_l0")[0])
            for gate, old in enumerate(getattr(known.gru, name).chunk(3)):
                rows = weight[gate * wide : gate * wide + hidden]
                if columns:
                    rows.zero_()
                    rows = rows[:, :columns]
                rows.copy_(old)
        classes = known.out.out_features
        net.out.weight.zero_()
        net.out.bias.fill_(known.out.bias.min())
        net.out.bias[:classes] = known.out.bias
        for side in range(2):
            net.out.weight[:classes, side * wide : side * wide + hidden] = known.out.weight[:, side * hidden : (side + 1) * hidden]
    net.train()
