# What a newcomer needs: `make demo` and `make test`. The rest is for those who work on glyphd.
.PHONY: help setup build demo test check eval map model clean

help:
	@echo "make demo    install what the build needs, build, and read a recorded scene"
	@echo "make test    the tests"
	@echo "make check   formatting and lints"
	@echo "make lab     an arm64 guest with a USB camera and a serial line (see docs/lab.md)"
	@echo "make fresh   the first two in bare Debian 12 and 13, as root and as a user with sudo (an hour; make fresh-check: minutes)"
	@echo "make arm     the aarch64 build (make arm-test: and its tests under emulation)"
	@echo "make eval EVAL=DIR   score the built-in model over DIR/lines/* and DIR/pages/*"
	@echo "make peers DATA='DIR ...'   compare with Tesseract and PP-OCR over labelled folders, and write a page about it"
	@echo "make peers-test      the tests of that comparison"
	@echo "make scenes  draw scenes of 30 s, play them as a camera, and say how glyphd did (see docs/scenes.md)"
	@echo "make map     the rooms of the source: files, code lines, who uses whom"
	@echo "make model   train, quantise and install the built-in model (hours; see models/train)"

setup:
	@tests/setup.sh $(FOR)

# The program alone: what only tests and examples need is not compiled.
build: setup
	cargo build --release --locked

demo: FOR = demo
demo: build
	@tests/demo/run.sh $${CARGO_TARGET_DIR:-target}/release/glyphd

test: FOR = tests
test: setup
	cargo test --locked

check: setup
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

eval: build
	@[ -n "$(EVAL)" ] || { echo "make eval: say where the labelled images are: make eval EVAL=DIR" >&2; exit 64; }
	@target=$${CARGO_TARGET_DIR:-target}/release; $$target/glyphd eval --line $(EVAL)/lines/*/ && $$target/glyphd eval $(EVAL)/pages/*/

map:
	cargo test --locked --quiet --test all -- --ignored --nocapture --exact rooms::map

model:
	models/train/all.sh

clean:
	cargo clean
	rm -rf .lab

-include tests/lab/lab.mk
-include tests/peers/peers.mk
-include tests/scenes/scenes.mk
-include tests/fresh/fresh.mk
