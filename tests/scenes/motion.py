"""How things move before a camera: ways from place to place, and the hand that is never quite still."""

import math
from dataclasses import dataclass

import numpy as np


def eased(share: float) -> float:
    """From 0 to 1 as an arm moves: with the least jerk (Flash and Hogan 1985)."""
    s = min(max(share, 0.0), 1.0)
    return s**3 * (10 - 15 * s + 6 * s * s)


def along(stops: list, t: float) -> tuple:
    """Where a thing is at `t` that rests at each of these (time, values...) and moves in between."""
    before = [stop for stop in stops if stop[0] <= t] or stops[:1]
    after = [stop for stop in stops if stop[0] > t] or stops[-1:]
    (t0, *a), (t1, *b) = before[-1], after[0]
    share = eased((t - t0) / (t1 - t0)) if t1 > t0 else 0.0
    return tuple(x + (y - x) * share for x, y in zip(a, b))


def pulse(t: float, start: float, rise: float, stay: float, fall: float) -> float:
    """0, up to 1 within `rise` seconds from `start` on, there for `stay`, and back within `fall`."""
    return min(eased((t - start) / rise), 1 - eased((t - start - rise - stay) / fall))


@dataclass
class Wave:
    size: float
    hertz: float
    phase: float

    def at(self, t: float) -> float:
        return self.size * math.sin(2 * math.pi * self.hertz * t + self.phase)


class Hand:
    """What a hand adds to where it holds something: slow drift, and the tremor of 6 to 10 Hz that all hands have.

    Sizes are for a card 40 cm before the camera: drift of a few millimetres, tremor of about a fifth of one.
    """

    DRIFT = {"x": 7.0, "y": 6.0, "roll": 0.9, "pitch": 1.6, "yaw": 1.8, "zoom": 0.012}  # Pixels, degrees, share
    TREMOR = {"x": 0.5, "y": 0.6, "roll": 0.04, "pitch": 0.08, "yaw": 0.08, "zoom": 0.0004}

    def __init__(self, rng: np.random.Generator, strength: float = 1.0):
        self.waves = {}
        for axis in self.DRIFT:
            slow = [Wave(self.DRIFT[axis], hertz, 0) for hertz in rng.uniform(0.12, 0.75, 4)]
            quick = [Wave(self.TREMOR[axis], hertz, 0) for hertz in rng.uniform(6, 10, 3)]
            waves = slow + quick
            for wave in waves:
                # Together they are as large as their axis says.
                wave.size *= strength * rng.uniform(0.6, 1.2) / math.sqrt(len(slow) if wave in slow else len(quick))
                wave.phase = rng.uniform(0, 2 * math.pi)
            self.waves[axis] = waves

    def at(self, t: float) -> dict:
        return {axis: sum(wave.at(t) for wave in waves) for axis, waves in self.waves.items()}
