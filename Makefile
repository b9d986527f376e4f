# A short front for the commands that are typed every day; the build itself is CMake's (CMakeLists.txt).
#
## make demo           train, test and use a network on handwritten digits, in seconds
## make test           build and run all tests (SANITIZE=address,undefined or thread: under a sanitizer)
## make build          the program at build/cradle and the libraries
## make bench          run the benchmarks
## make zoo            the fault zoo: what the babysitter says to faulty and healthy trainings (an hour and more)
## make lecture        the experiments of docs/lecture (an hour; QUICK=1: some minutes); one that was stopped goes on
## make data           unpack the CIFAR-10 pictures into build/data
## make install        into PREFIX (default /usr/local; DESTDIR is heeded)
## make clean          remove what was built, but for build/data
## make setup          install missing packages by the system's package manager
## make web            build the page of `cradle report` anew (web/dist/report.html) by Node
## make test-peers     make the frozen results of PyTorch anew and compare; test the build for 64-bit ARM under QEMU

PREFIX ?= /usr/local
SANITIZE ?=
WERROR ?= OFF

ifeq ($(SANITIZE),)
preset := release
folder := build
needs := build
else ifeq ($(SANITIZE),address,undefined)
preset := asan
folder := build/asan
needs := build
else ifeq ($(SANITIZE),thread)
preset := tsan
folder := build/tsan
needs := build thread
else
$(error SANITIZE is '$(SANITIZE)': it may be address,undefined or thread)
endif

configure = cmake --preset $(preset) --log-level=WARNING -DCRADLE_WERROR=$(WERROR) \
    $(if $(CRADLE_DATA),"-DCRADLE_DATA=$(CRADLE_DATA)") >/dev/null

.PHONY: help demo test build bench zoo lecture data install clean setup test-peers web

help:
	@sed -n 's/^## //p' Makefile

setup:
	@sh scripts/setup.sh

build:
	@sh scripts/setup.sh --quiet $(needs)
	@sh scripts/setup.sh --quiet optional || echo "Going on without."
	@$(configure)
	@cmake --build $(folder) --target product

demo: build
	@sh scripts/demo.sh

test:
	@sh scripts/setup.sh --quiet $(needs)
	@sh scripts/setup.sh --quiet optional test || echo "Going on without: some tests will skip."
	@$(configure)
	@cmake --build $(folder)
	@ctest --test-dir $(folder) --output-on-failure -j2

bench: build
	@cmake --build $(folder) --target bench
	@sh scripts/bench.sh

zoo: build data
	@python3 bench/zoo/zoo.py build/cradle --out build/zoo --page docs/zoo.md

lecture: build data
	@python3 scripts/lecture build/cradle --out build/lecture $(if $(QUICK),--quick)

data:
	@sh scripts/data.sh

install: build
	@cmake --install $(folder) --prefix "$(PREFIX)"

clean:
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name data -exec rm -rf {} +

web:
	@sh scripts/setup.sh --quiet web
	@cd web && npm ci --no-audit --no-fund --silent && npm run --silent build

test-peers:
	@sh scripts/peers.sh
