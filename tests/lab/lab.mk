# Included by the Makefile.
.PHONY: arm lab

## arm: build for aarch64, check the kernels in it, run the library's tests under emulation
arm:
	tests/lab/arm.sh

## lab: glyphd in an emulated arm64 machine with a USB camera and a serial line
lab:
	tests/lab/run.sh
