"""The reader's network: convolutions that fold the height of the line into channels, a bidirectional GRU, one linear layer.

A line of 1 x 32 x W gives W / 4 steps of class scores. The convolutions form one path of plain Conv + BatchNorm + ReLU, so that they
quantise to a chain of QLinearConv; folding the height early leaves one-dimensional convolutions, which tract runs fastest in int8.
"""

from torch import nn


def block(cin, cout, kernel, stride=1, padding=None):
    kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = tuple(k // 2 for k in kernel) if padding is None else padding
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, padding, bias=False), nn.BatchNorm2d(cout), nn.ReLU(True))


class Reader(nn.Module):
    def __init__(self, classes, stem=(24, 64), width=256, depth=4, hidden=96):
        super().__init__()
        self.convolutions = nn.Sequential(
            block(1, stem[0], 5, 2),
            block(stem[0], stem[1], 3, 2),
            block(stem[1], width, (8, 1), padding=0),
            *[block(width, width, (1, 3)) for _ in range(depth)],
        )
        self.gru = nn.GRU(width, hidden, 1, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * hidden, classes)

    def forward(self, x):
        """N x 1 x 32 x W, -1 black to 1 white -> N x W/4 x classes, unnormalised."""
        x = self.convolutions(x).float().squeeze(2).transpose(1, 2)
        return self.out(self.gru(x)[0])
