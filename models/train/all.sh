#!/bin/sh
# The built-in reader and finder from nothing: installs, renders, trains, quantises, calibrates, and puts the model into models/latin.
# Goes on where it was when it is started again. RUN (default models/train/runs/latin) keeps lines, scenes and checkpoints.
#   RUN=DIR LINES=1500000 CROPS=200000 SCENES=60 models/train/all.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
run=${RUN:-$here/runs/latin}
lines=${LINES:-1500000}
crops=${CROPS:-200000}
scenes=${SCENES:-60}
venv=$here/../../.venv

"$here/setup.sh" "$venv"
cd "$here"
mkdir -p "$run"
"$venv/bin/python" train.py "$run" --lines "$lines" --seed 1 --renderers "$(($(nproc) > 1 ? $(nproc) - 1 : 1))"
"$venv/bin/python" quantise.py "$run" "$here/../latin"
"$venv/bin/python" ngram.py "$here/../latin/text.ngram"
"$venv/bin/python" words.py "$here/../latin/words.filter"
"$venv/bin/python" finder_scenes.py "$run" 0 "$scenes" --workers "$(nproc)"
"$venv/bin/python" finder_train.py "$run" --crops "$crops" --seed 1
"$venv/bin/python" finder_quantise.py "$run" "$here/../latin"
# The program reads with the new model to see what its confidence is worth.
cargo build --release --manifest-path "$here/../../Cargo.toml"
"$venv/bin/python" calibrate.py "$run" "$here/../../target/release/glyphd" "$here/../latin" "$here/../../docs/reliability.svg"
