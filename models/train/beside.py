"""What stands at the ends of a line and is no part of it: guard bars of bar codes, frames, strips, arrows, crests."""

import cv2
import numpy as np

SHARE = 0.06  # of plain lines
NEAREST = 0.12  # of the height; nearer, a bar is a letter to anyone


def marks(r, h):
    """Coverage of something as high as the line, with room on its inner (right) side."""
    w, room = int(h * r.uniform(0.2, 1.2)) + 2, int(h * r.uniform(NEAREST, 0.8)) + 1
    out = np.zeros((h, w), np.float32)
    k = r.random()
    if k < 0.4:  # guard bars, which reach up beyond the figures
        x, module = 0, r.randint(1, 3)
        bottom = h if r.random() < 0.5 else int(h * r.uniform(0.4, 0.95))
        for _ in range(r.randint(1, 4)):
            thick = module * r.choice([1, 1, 2])
            out[:bottom, x : x + thick] = 1
            x += thick + module * r.randint(1, 3)
    elif k < 0.6:  # the side of a frame
        out[:, : r.randint(1, 4)] = 1
    elif k < 0.75:  # a strip, as of plates and labels
        out[:] = r.uniform(0.3, 1)
    elif k < 0.9:  # an arrow or a triangle
        points = np.int32([(0, h * 0.2), (w - 1, h * 0.5), (0, h * 0.8)])
        cv2.fillPoly(out, [points if r.random() < 0.5 else points * (-1, 1) + (w, 0)], 1.0, cv2.LINE_AA)
    else:  # a crest or a disc
        cv2.ellipse(out, (w // 2, h // 2), (max(2, w // 2 - 1), int(h * r.uniform(0.25, 0.48))), 0, 0, 360, 1.0, r.choice([-1, 1, 2]), cv2.LINE_AA)
    return np.hstack([out, np.zeros((h, room), np.float32)])


def put(r, ink):
    """(coverage of the line, coverage of what stands beside it), both wider than `ink` by that."""
    ends = r.choice([(True, False), (False, True), (True, True)])
    left, right = (marks(r, len(ink)) if there else np.zeros((len(ink), 0), np.float32) for there in ends)
    right = right[:, ::-1]
    line = np.pad(ink, ((0, 0), (left.shape[1], right.shape[1])))
    return line, np.hstack([left, np.zeros_like(ink), right])
