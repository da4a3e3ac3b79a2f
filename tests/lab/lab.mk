# Included by the Makefile.
.PHONY: arm arm-test lab lab-faults

## arm: build for aarch64, check the kernels in it
arm:
	tests/lab/arm.sh

## arm-test: the same, and the library's tests under emulation
arm-test:
	tests/lab/arm.sh --test

## lab: glyphd in an emulated arm64 machine with a USB camera and a serial line; then every fault there is
lab:
	tests/lab/run.sh
	tests/lab/faults.sh

## lab-faults: the faults alone
lab-faults:
	tests/lab/faults.sh
