"""The fonts of this machine that lines may be set in, and those that are held back to measure with.

A font of HELD_BACK is used by `proof.py` alone; none of the packages may stand in fonts.txt.
"""

import subprocess

HELD_BACK = """fonts-gfs-artemisia fonts-gfs-baskerville fonts-gfs-didot-classic fonts-gfs-olga fonts-ipaexfont-gothic fonts-ipaexfont-mincho fonts-unfonts-core
fonts-baekmuk fonts-kiloji fonts-sawarabi-gothic fonts-sawarabi-mincho fonts-naver-d2coding fonts-monoid-tight fonts-sil-harmattan fonts-sil-scheherazade""".split()
ENDINGS = (".ttf", ".otf", ".ttc")


def of_packages(packages):
    """The font files of those of the Debian packages that are installed."""
    listed = subprocess.run(["dpkg", "-L", *packages], capture_output=True, text=True).stdout.splitlines()
    return sorted(path for path in listed if path.endswith(ENDINGS))


def fonts():
    """The installed font files but for those held back."""
    listed = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True).stdout
    paths = {line.rsplit(":", 1)[0].strip() for line in listed.splitlines()} - set(of_packages(HELD_BACK))
    return sorted(path for path in paths if path.endswith(ENDINGS))
