# Included by the Makefile.
.PHONY: scenes

## scenes: draw the long scenes, play them as a camera, and say how glyphd did (docs/scenes.md)
SCENES ?= target/scenes
READ_MS ?= 120
SCENES_PYTHON ?= /usr/bin/python3
scenes: setup
	@PYTHON=$(SCENES_PYTHON) tests/scenes/setup.sh
	@[ -e $(SCENES)/static/scene.json ] || $(SCENES_PYTHON) tests/scenes/long.py --out $(SCENES)
	@cargo build --release --locked --example play_scenes
	@$${CARGO_TARGET_DIR:-target}/release/examples/play_scenes --read-ms $(READ_MS) --json $(SCENES)/scenes.json $(SCENES)/*/
