#!/bin/sh
# Installs what training needs: fonts and word lists (Debian packages, as root), and the Python packages in a virtual environment.
#   models/train/setup.sh [VENV]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../../tests
venv=${1:-$here/../../.venv}

lists="wamerican-large wbritish wngerman wfrench wspanish witalian wdutch wpolish wswedish wportuguese wnorwegian wdanish
hunspell-cs hunspell-sk hunspell-hu hunspell-ro hunspell-hr hunspell-sl hunspell-lt hunspell-lv hunspell-tr hunspell-et hunspell-is
hunspell-ru hunspell-uk hunspell-el hunspell-ko hunspell-he hunspell-th hunspell-hi"
# shellcheck disable=SC2086
"$tests/install.sh" setup fontconfig $lists
# A font package that this release of Debian does not have is left out, and said.
fonts=
for package in $(grep -v '^#' "$here/fonts.txt"); do
    if apt-cache show "$package" >/dev/null 2>&1; then fonts="$fonts $package"; else echo "setup: no package $package here"; fi
done
# shellcheck disable=SC2086
"$tests/install.sh" setup $fonts

"$tests/venv.sh" setup "$venv"
"$venv/bin/pip" install -q -r "$here/requirements.txt"
