# Included by the Makefile.
.PHONY: fresh fresh-check

## fresh: the README's two commands in bare Debian 12 and 13, as root and as a user with sudo (an hour and more; as root)
fresh:
	tests/fresh/run.sh

## fresh-check: only set-up and cargo check there, once as either; and that it fails when set-up lacks a package (minutes)
fresh-check:
	tests/fresh/run.sh --check bookworm:user trixie:root
