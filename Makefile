# rtsynth: every task a person or CI runs. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench peers sequencers rows pin small bank picture clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTHON ?= $(shell for python in python3.11 python3.12 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PLAY_PACKAGES := libportaudio2
DEV_PACKAGES := jackd2 fluidsynth fluid-soundfont-gm amsynth gcc libc6-dev libjack-jackd2-dev chromium chromium-driver

help: ## list these tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: .venv/.ready-to-develop ## set up everything: .venv, packages, what tests and training need

demo: .venv/.ready-to-play ## set up what playing needs, then play the built-in piece live
	@$(BIN)/rtsynth demo

test: lint ## set up what is missing, then check everything: style, types and every test
	$(BIN)/mypy
	$(BIN)/pytest

lint: .venv/.ready-to-develop ## check the style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

bench: .venv/.ready-to-develop ## measure this machine: tables here, figures and a page in build/
	@mkdir -p build
	@$(BIN)/rtsynth bench --json build/bench.json --html build/bench.html

peers: .venv/.ready-to-develop ## measure other synths and networks beside rtsynth: tables here, figures in build/
	@mkdir -p build
	@$(BIN)/python -m rtsynth_benchmarks.peers --json build/peers.json

sequencers: .venv/.ready-to-develop ## let Ardour and MusE play rtsynth over JACK, and judge the takes
	@.ci/system-packages ardour muse xvfb
	@$(BIN)/python -m rtsynth_benchmarks.sequencer ardour muse

rows: .venv/.ready-to-develop ## print the table of MIDI and the tests that prove each row
	@$(BIN)/python -m tests.midi.rows

pin: .venv/.ready-to-develop ## write the versions installed now into constraints.txt
	{ head -n 1 constraints.txt; $(PIP) freeze --all --exclude pip --exclude rtsynth | sed 's/+cpu$$//'; } > constraints.new
	mv constraints.new constraints.txt

small: .venv/.ready-to-develop ## train a small instrument from nothing and measure it, in build/small
	$(BIN)/rtsynth dataset --small --out build/small/data
	$(BIN)/rtsynth train partialgan --data build/small/data --out build/small/run --steps 1200 --adversarial 200 --calibration 1
	$(BIN)/rtsynth export build/small/run/final.pt build/small/small.rtsynth
	$(BIN)/rtsynth evaluate build/small/small.rtsynth --data build/small/data --page build/small/small.html

bank: .venv/.ready-to-play ## write the shipped presets anew from the shipped instruments
	rm -f presets/rtsynth_presets/bank/*.toml
	for bundle in presets/rtsynth_presets/instruments/*.rtsynth; do \
		$(BIN)/rtsynth presets make $$bundle -o presets/rtsynth_presets/bank --match-levels || exit 1; done

picture: .venv/.ready-to-develop ## draw the README's pictures anew
	$(BIN)/python docs/make_picture.py
	$(BIN)/python docs/make_page_picture.py

clean: ## remove what was built: .venv, caches, reports
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis demo.wav
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "rtsynth: Python 3.11 or newer is needed: sudo apt-get install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/system-packages python3-venv
	$(PYTHON) -m venv .venv

.venv/.ready-to-play: pyproject.toml constraints.txt | .venv/bin/python
	@.ci/system-packages $(PLAY_PACKAGES)
	@echo "rtsynth: installing what playing needs (about 350 MB unpacked, a minute or two)"
	$(PIP) install --constraint constraints.txt --editable '.[jack]'
	@touch $@

.venv/.ready-to-develop: .venv/.ready-to-play
	@.ci/system-packages $(DEV_PACKAGES)
	@echo "rtsynth: installing what tests and training need (torch is large: some minutes)"
	$(PIP) install --constraint constraints.txt --editable '.[jack,train,dev]'
	@touch $@
