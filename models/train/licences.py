"""The table of font packages for CARD.md: package, version, licences as its Debian copyright file names them.

    python licences.py
"""

import re
import subprocess
from pathlib import Path

here = Path(__file__).parent
packages = [line for line in (here / "fonts.txt").read_text().splitlines() if line and not line.startswith("#")]
for package in sorted(packages):
    shown = subprocess.run(["dpkg-query", "-W", "-f=${Status}\t${Version}", package], capture_output=True, text=True).stdout
    status, _, version = shown.partition("\t")
    copyright_file = Path("/usr/share/doc") / package / "copyright"
    if "installed" not in status or not copyright_file.exists():
        continue
    text = copyright_file.read_text("utf8", "replace")
    named = re.findall(r"^License: *(\S[^\n]*)", text, re.M)
    if not named:  # files from before the machine-readable form
        known = {"SIL": "OFL", "Open Font License": "OFL", "GNU General Public": "GPL", "GNU GPL": "GPL", "Apache": "Apache-2.0", "public domain": "public domain",
                 "GUST": "GUST", "Bitstream": "Bitstream Vera", "MIT": "MIT", "LaTeX Project": "LPPL", "BSD": "BSD", "Permission is hereby granted": "MIT-like",
                 "Artistic": "Artistic", "Creative Commons": "CC"}
        named = [short for long, short in known.items() if long.lower() in text.lower()] or ["see its copyright file"]
    licences = ", ".join(dict.fromkeys(n.strip().rstrip(",").replace("|", " or ") for n in named))
    print(f"| {package} | {version} | {licences} |")
