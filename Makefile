# make          build the program
# make demo     the main job on mda's JX10: a library of 3,000 patches, and a sound matched with it
# make serve    the page in the browser: builds it, makes the demo's library where it is missing, and says where it is
# make test     build and run all tests
# make sanitize build the tests that need no plug-in with sanitizers, and run them (ROOMS="base audio": of those rooms)
# make format  format the C++ (.clang-format); `make test` checks it
# make tidy    look for bugs with clang-tidy (.clang-tidy); slow (ROOMS="base audio": in those rooms)
# make bench    build the benchmarks (see docs/benchmarks.md)
# make python   the Python package, in build/python; `make python-test` tests it, and runs the notebooks
# make wheel    wheels of the package and of its metrics alone, in dist/, tested in an environment of their own (PyPI)
# make daw      the plug-in for DAWs, in build/daw (docs/daw.md)
# make install  into PREFIX (/usr/local)
# make libraries  the libraries that the package brings: JX10's, and the index of Surge XT's presets where that is installed
# make package  Debian packages, in build/
PREFIX ?= /usr/local
BUILD := build
DEMO := demo
SOUND := examples/bass.flac
COUNT := 3000
SANITIZERS := asan tsan
ROOMS :=
PYTHON ?= /usr/bin/python3
# A first build compiles several files at once, which takes half of the time; who changes the code configures with
# `cmake --preset release` before the first `make`, and waits less for each change.
TOGETHER := $(if $(wildcard $(BUILD)/CMakeCache.txt),,-DPATCHPILOT_UNITY=ON)

.PHONY: all program dependencies configure demo page serve test sanitize $(SANITIZERS) format tidy bench python python-test wheel daw install libraries package clean
all: program

dependencies:
	@tools/install-dependencies $(MORE)

configure: dependencies
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release $(TOGETHER) -DCMAKE_INSTALL_PREFIX=$(PREFIX) >$(BUILD).log 2>&1 || { cat $(BUILD).log; rm -f $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

program: configure
	@cmake --build $(BUILD) --target patchpilot patchpilot-worker && times >$(BUILD)/times
	@awk 'NR == 2 { gsub(/[ms]/, " "); minutes = $$1 + $$3 + ($$2 + $$4) / 60; if (minutes >= 1) printf "built in %.0f minutes of CPU time\n", minutes }' $(BUILD)/times

demo: program
	@mkdir -p $(DEMO)
	$(BUILD)/patchpilot library build --space jx10 --count $(COUNT) --out $(DEMO)/jx10.db
	$(BUILD)/patchpilot match $(SOUND) --library $(DEMO)/jx10.db --out $(DEMO)/match --force

# What npm has installed is as new as the lock file that says what.
PACKAGES := web/node_modules/.package-lock.json
$(PACKAGES): web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: $(PACKAGES) $(shell find web/src web/public -type f) web/index.html web/vite.config.ts web/tsconfig.json docs/openapi.json
	cd web && npm run build

page: web/dist/index.html

serve: MORE := nodejs npm
serve: program
	@$(MAKE) --no-print-directory page
	@mkdir -p $(DEMO)
	@[ -f $(DEMO)/jx10.db ] || $(BUILD)/patchpilot library build --space jx10 --count $(COUNT) --out $(DEMO)/jx10.db
	$(BUILD)/patchpilot serve --library $(DEMO)/jx10.db

# Modules are built where LibTorch and MPI are installed; the rest does without.
test: MORE := clang-format libtorch-dev libhdf5-dev libpcre2-dev fluidsynth timgm6mb-soundfont openmpi-bin libopenmpi-dev nodejs npm chromium
test: configure
	@tools/format --check
	@cmake --build $(BUILD)
	@$(MAKE) --no-print-directory $(PACKAGES) || echo "The page's packages cannot be had; its tests are skipped."
	@[ ! -f $(PACKAGES) ] || $(MAKE) --no-print-directory page
	@cd $(BUILD) && ctest --output-on-failure -j2 --no-tests=error

sanitize: $(SANITIZERS)
space := $() $()
$(SANITIZERS): dependencies
	@cmake --preset $@ >build-$@.log 2>&1 || { cat build-$@.log; rm -f build-$@.log; exit 1; }
	@rm -f build-$@.log
	@cmake --build --preset $@ $(if $(ROOMS),--target $(patsubst %,tests-%,$(ROOMS)))
	@ctest --preset $@ -j2 $(if $(ROOMS),-L '^($(subst $(space),|,$(strip $(ROOMS))))$$')

format:
	@tools/format

tidy: MORE := clang-tidy-14
tidy: configure
	@BUILD=$(BUILD) tools/tidy $(ROOMS)

bench: configure
	@cmake --build $(BUILD) --target bench

# For Debian's Python, NumPy and pybind11; `make wheel` builds for others.
python: MORE := python3-dev python3-numpy pybind11-dev
python: configure
	@cmake -S . -B $(BUILD) -DPATCHPILOT_PYTHON=ON -DPython_EXECUTABLE=$(PYTHON) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log
	@cmake --build $(BUILD) --target patchpilot-python

python-test: MORE := python3-pytest python3-nbclient python3-ipykernel python3-matplotlib
python-test: dependencies
	@$(MAKE) --no-print-directory python
	@PATCHPILOT=$(CURDIR)/$(BUILD)/patchpilot PYTHONPATH=$(CURDIR)/$(BUILD)/python $(PYTHON) -m pytest -q python/tests

wheel: MORE := python3-dev python3-venv
wheel: dependencies
	@rm -rf dist build-venv && $(PYTHON) -m venv build-venv
	@build-venv/bin/pip wheel -q --no-deps -w dist . ./python/metrics
	@build-venv/bin/pip install -q dist/*.whl pytest nbclient nbformat ipykernel matplotlib
	@build-venv/bin/python -m pytest -q python/tests

daw: configure
	@cmake --build $(BUILD) --target daw

# Without the plug-in: cmake -B build -DPATCHPILOT_DAW=OFF, once.
install: configure
	@cmake --build $(BUILD) --target patchpilot patchpilot-worker manual
	@grep -q PATCHPILOT_DAW:BOOL=OFF $(BUILD)/CMakeCache.txt || cmake --build $(BUILD) --target daw
	@cmake --install $(BUILD) --prefix $(PREFIX)

# Each goes on where it stopped. Of Surge XT's presets, rendered at three notes, the index alone is passed on.
libraries/jx10.db: COUNT := 5000
libraries/jx10.db: program
	@mkdir -p libraries
	$(BUILD)/patchpilot library build --space jx10 --count $(COUNT) --out $(BUILD)/jx10.db
	$(BUILD)/patchpilot library add --factory --library $(BUILD)/jx10.db
	@mv $(BUILD)/jx10.db $@

libraries/surge-factory.db: program
	@mkdir -p libraries
	$(BUILD)/patchpilot library add --factory --space surge-full --notes 48,60,72 --library $(BUILD)/surge-presets.db
	$(BUILD)/patchpilot library index $(BUILD)/surge-presets.db --out $@

SURGE := $(wildcard $(HOME)/.vst3/Surge?XT.vst3 /usr/lib/vst3/Surge?XT.vst3 /usr/local/lib/vst3/Surge?XT.vst3)
libraries:
	@[ -f libraries/jx10.db ] || $(MAKE) --no-print-directory libraries/jx10.db
	@[ -f libraries/surge-factory.db ] || [ -z "$(SURGE)" ] || $(MAKE) --no-print-directory libraries/surge-factory.db

# Without Node.js the package has no page.
package: MORE := dpkg-dev file nodejs npm
package: program
	@$(MAKE) --no-print-directory page || echo "The page cannot be built; the package is without it."
	@$(MAKE) --no-print-directory libraries
	@cmake --build $(BUILD) --target package-parts
	@cd $(BUILD) && cpack -G DEB

clean:
	rm -rf $(BUILD) build-asan build-tsan build-venv build-wheel build-metrics-wheel dist $(DEMO) web/dist web/node_modules
