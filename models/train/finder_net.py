"""The finder's network: a picture to maps of its text lines.

Takes grey pictures (batch x 1 x height x width, sides multiples of 8, -1 black to 1 white); gives CHANNELS maps at an eighth of the size:
SUB * SUB parts of one map of line middles at half size (logits), then the line's height and twice its direction.

A single path of convolutions, since that is what runs as int8 throughout in tract; patches of 4 x 4 first, since large pictures
are what costs; dilation, so that a cell sees 156 px.
"""

from torch import nn

STRIDE = 8
SUB = 4  # the map of line middles has SUB x SUB points in a cell
KERNEL = SUB * SUB
CHANNELS = KERNEL + 3  # the last: height, and cosine and sine of twice the direction, which is the same upside down
# Height is learnt as FACTOR * log2(height / 16 px) and directions as FACTOR * (cos, sin), so that an 8-bit step is small beside them.
FACTOR = 3.0
UNIT = 16.0
WIDTH = 48


def layer(before, after, kernel, stride=1, dilation=1, padding=None):
    padding = dilation * (kernel // 2) if padding is None else padding
    return nn.Sequential(nn.Conv2d(before, after, kernel, stride, padding, dilation, bias=False), nn.BatchNorm2d(after), nn.ReLU(True))


class Finder(nn.Sequential):
    def __init__(self):
        super().__init__(
            layer(1, 32, 4, 4, padding=0),
            layer(32, WIDTH, 3, 2),
            layer(WIDTH, WIDTH, 3),
            layer(WIDTH, WIDTH, 3, dilation=2),
            layer(WIDTH, WIDTH, 3, dilation=4),
            layer(WIDTH, WIDTH, 3, dilation=2),
            nn.Conv2d(WIDTH, CHANNELS, 1),
        )


unfold = nn.PixelShuffle(SUB)
