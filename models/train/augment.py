"""A rendered strip as another frame would show it: shifted, stretched, slanted, blurred, noisy, lit otherwise. The text stays the same.

Takes pictures in the reader's input form and gives them in that form; `r` and `n` are the generators.
"""

import math

import cv2
import numpy as np

from render import HEIGHT, canonical

SHARE = 0.6  # of the lines seen again; the rest are seen as they were


def another(r, n, picture):
    if r.random() > SHARE:
        return picture
    wider, taller, slant = math.exp(r.gauss(0, 0.08)), math.exp(r.gauss(0, 0.06)), r.gauss(0, 0.06)
    middle = HEIGHT / 2
    matrix = np.float32([[wider, slant, -slant * middle], [r.gauss(0, 0.004), taller, middle - middle * taller + r.gauss(0, 1)]])
    size = max(8, int(picture.shape[1] * wider)), HEIGHT
    seen = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    k = r.random()
    if k < 0.2:
        seen = cv2.GaussianBlur(seen, (0, 0), r.uniform(0.4, 0.9))
    elif k < 0.35:  # sharpened, as cameras do
        seen = seen * 1.6 - cv2.GaussianBlur(seen, (0, 0), 1) * 0.6
    elif k < 0.45:
        seen = (cv2.erode if r.random() < 0.5 else cv2.dilate)(seen, np.ones((1, 2)))
    if r.random() < 0.3:
        seen += n.normal(0, r.uniform(3, 14), seen.shape).astype(np.float32)
    seen = np.clip(seen, 0, 255)
    if r.random() < 0.3:
        seen = 255 * (seen / 255) ** r.uniform(0.65, 1.5)
    return canonical(seen.astype(np.uint8))
