# SPDX-License-Identifier: Apache-2.0
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help deps build run test test-vm vm bench bench-micro fmt lint clean install uninstall

PREFIX ?= /usr/local
DESTDIR ?=
# For `run`: the interface to attach to, and options of the command. For `test`: options of `swift test`.
IFACE ?=
ARGS ?=

program := .build/release/reflector-xdp
# The standard library goes into the executable: what is installed needs no Swift.
release := -c release --static-swift-stdlib
swift_sources := $(wildcard Package.swift Plugins Sources Tests Benchmarks Fuzz)
c_sources = $(shell find $(wildcard bpf Sources Tests Benchmarks Fuzz) -name '*.[ch]')
scripts := $(shell grep -rlE '^\#!' scripts) $(wildcard .ci/run)
as_root := $(if $(filter 0,$(shell id -u)),,sudo)

bash_completion := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/reflector-xdp
zsh_completion := $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_reflector-xdp
fish_completion := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/reflector-xdp.fish
manual := $(DESTDIR)$(PREFIX)/share/man/man8/reflector-xdp.8
executable := $(DESTDIR)$(PREFIX)/bin/reflector-xdp

help: ## Print this
	@echo 'make run                 install what is missing, build, and show it at work in a lab of its own'
	@echo 'make run IFACE=eth0      attach to an interface instead (ARGS="--mode copy ..." for options)'
	@echo 'make test                install what is missing, build and run every test (ARGS="--filter Core")'
	@echo 'make test-vm             fetch a guest for QEMU and test zero-copy in it; make vm: a shell in the guest'
	@echo 'make build               build a release: $(program)'
	@echo 'make bench               measure it beside testpmd, into docs/benchmarks (ARGS=--full, ARGS=--check)'
	@echo 'make bench-micro         measure user space alone, without root: against C, and the worker without the kernel'
	@echo 'make lint | make fmt     check | put right: format, shell scripts, links of the docs'
	@echo 'make install | uninstall below DESTDIR and PREFIX ($(PREFIX)): the program as last built, manual, completions'
	@echo 'make deps                only install what building and running need, with apt'
	@echo 'make clean               remove everything that was built'

deps:
	@scripts/install-packages build run

build: deps
	swift build $(release) --product reflector-xdp

run: build
	$(as_root) $(program) $(if $(IFACE),attach $(IFACE),lab) $(ARGS)

test:
	@scripts/install-packages build run test
	@scripts/run-tests $(ARGS)

test-vm:
	@scripts/install-packages build run test
	@scripts/test-vm $(ARGS)

vm: build
	$(as_root) scripts/vm/shell

# Without testpmd, which not every distribution has, it is left out, aloud.
bench: build
	@scripts/install-packages bench || echo 'without dpdk-testpmd, then'
	$(as_root) $(program) bench --output docs/benchmarks $(ARGS)

# With a benchmark package, which nothing else here needs: so in a build folder of its own.
bench-micro: deps
	REFLECTOR_BENCHMARKS=1 swift package --scratch-path .build/micro benchmark --target Micro --no-progress --grouping metric \
		$(ARGS)

fmt:
	@scripts/install-packages lint
	swift format --in-place --parallel --recursive $(swift_sources)
	clang-format -i $(c_sources)

lint:
	@scripts/install-packages lint
	swift format lint --strict --parallel --recursive $(swift_sources)
	clang-format --dry-run -Werror $(c_sources)
	shellcheck -x $(scripts)
	scripts/check-links

clean:
	rm -rf .build

# Built here only when it is missing: `sudo make install` must not leave root's files in .build.
$(program):
	$(MAKE) build

install: | $(program)
	install -D -s -m 755 $(program) $(executable)
	install -D -m 644 docs/reflector-xdp.8 $(manual)
	install -d $(dir $(bash_completion)) $(dir $(zsh_completion)) $(dir $(fish_completion))
	$(program) --generate-completion-script bash > $(bash_completion)
	$(program) --generate-completion-script zsh > $(zsh_completion)
	$(program) --generate-completion-script fish > $(fish_completion)

uninstall:
	rm -f $(executable) $(manual) $(bash_completion) $(zsh_completion) $(fish_completion)
