# Included by the Makefile.
.PHONY: peers peers-test

## peers: read labelled pictures with glyphd (GLYPHD, or as built) and other readers, write PEERS_REPORT
PEERS_VENV ?= .venv-peers
PEERS_REPORT ?= peers.html
peers:
	@[ -n "$(DATA)" ] || { echo "make peers: say where the labelled pictures are: make peers DATA='DIR ...'" >&2; exit 64; }
	@[ -n "$(GLYPHD)" ] || $(MAKE) --no-print-directory build
	@tests/peers/setup.sh $(PEERS_VENV)
	@glyphd=$(GLYPHD); $(PEERS_VENV)/bin/python tests/peers/compare.py \
		--glyphd $${glyphd:-$${CARGO_TARGET_DIR:-target}/release/glyphd} --report $(PEERS_REPORT) $(DATA)

## peers-test: the comparison's own tests; needs Python alone
peers-test:
	@python3 tests/peers/selftest.py
