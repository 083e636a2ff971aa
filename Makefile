# A thin face on CMake. `make run` and `make test` do all the set-up that a fresh Debian 12 needs, and say how far they are.
.DEFAULT_GOAL := build
JOBS ?= $(shell nproc)
RELEASE := build/release
FUZZ := build/fuzz
# A tree that is there stays as it is: one with tests keeps them.
CONFIGURED := test -e $(RELEASE)/build.ninja || cmake --preset release -DDROVER_TESTS=OFF >/dev/null
FUZZ_SECONDS ?= 60
# Sanitizers stop at the first finding; leaks count.
export ASAN_OPTIONS := detect_leaks=1:strict_string_checks=1
export UBSAN_OPTIONS := print_stacktrace=1:halt_on_error=1

export JOBS

.PHONY: build pgo install run demo test start-tests test-clients test-release test-asan test-tsan fuzz planted faults format bench bench-failover bench-micro clean help

help:            ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

build:           ## build/release/drover
	@scripts/setup build
	@scripts/compile $(RELEASE)
	@scripts/next-steps $(RELEASE)/drover

pgo:             ## build/pgo/drover: compiled twice, the second time for what the bench's load ran; takes its time
	@scripts/setup bench
	@scripts/build-pgo

run:             ## serve drover.yaml, else the keys in the environment, else a mock provider
	@scripts/setup build
	@scripts/compile $(RELEASE)
	@scripts/next-steps run
	@$(RELEASE)/drover serve

demo: build      ## 1,000 requests/s over five mock keys, one of which falls ill in every way
	@$(RELEASE)/drover demo

test: start-tests test-release test-asan test-tsan  ## every test
	@cat build/results/times.txt
	@scripts/closing-line

start-tests:
	@scripts/setup test
	@rm -rf build/results

test-release: start-tests    ## everything, as it ships
	@scripts/test-tree release -LE clients_more

test-clients: ## every client of docs/clients.md against build/release/drover; fetches frameworks, which takes minutes
	@scripts/setup clients
	@scripts/test-tree release drover -- -L clients

test-asan: start-tests       ## units, fuzz corpora and integration under AddressSanitizer and UBSan
	@scripts/test-tree asan -LE 'clients|architecture|docs'

test-tsan: start-tests       ## the rooms with threads under ThreadSanitizer
	@GTEST_FILTER='Loop*:Ticker*:Listeners*:SharedFleet*:MemoryBudget*:Client*:Library*:*/Library*:Balancer*:Delivery*:AskerBookThreads*:KeyBookThreads*:Ring*:LedgerTest*-*Fork*' \
	  scripts/test-tree tsan net_test upstream_test client_test library_test directory_test store_test -- -R '^(net|upstream|client|library|directory|store)$$'

fuzz:            ## run every fuzz target for FUZZ_SECONDS (60) each
	@scripts/setup test
	@cmake --preset fuzz
	@cmake --build $(FUZZ) -j $(JOBS)
	@scripts/run-fuzzers $(FUZZ) $(FUZZ_SECONDS)

planted:         ## plant known bugs in a copy, one by one, and see that the tests notice (long; ROOM=net or NAMES='a b': only these)
	@scripts/setup test
	@python3 -B tests/planted/planted.py run $(if $(ROOM),--room $(ROOM)) $(NAMES)

faults:          ## the faults that must not hurt a client, their state, and how many tests prove each
	@python3 -B tests/faults/rows.py

bench:           ## nginx, HAProxy and drover side by side (QUICK=1: a short run; PGO=1: of make pgo); figures in bench/results
	@scripts/setup bench
	@cmake --preset bench
	@cmake --build build/bench -j $(JOBS)
	@$(if $(PGO),test -x build/pgo/drover || scripts/build-pgo)
	@QUICK=$(QUICK) DROVER=$(if $(PGO),build/pgo/drover) bench/run.py

bench-failover:  ## goodput at the limit, outages, hangs, cancels, duplicates, sick targets, with their aims (QUICK=1: a short run)
	@scripts/setup bench
	@$(CONFIGURED)
	@cmake --build $(RELEASE) -j $(JOBS) --target drover
	@QUICK=$(QUICK) bench/failover.py

bench-micro:     ## micro-benchmarks beside the code
	@scripts/setup bench
	@cmake --preset bench
	@cmake --build build/bench -j $(JOBS)
	@for program in build/bench/*_bench; do $$program --benchmark_min_time=0.2; done

PREFIX ?= /usr/local
install:         ## the program and the C++ library, below $(DESTDIR)$(PREFIX)
	@scripts/setup build
	@$(CONFIGURED)
	@cmake --build $(RELEASE) -j $(JOBS) --target package_files
	@DESTDIR=$(DESTDIR) cmake --install $(RELEASE) --component package --prefix $(PREFIX)

format:          ## clang-format everything
	@git ls-files 'include/*.h' 'examples/*.cc' 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' 'fuzz/*.cc' | xargs clang-format-19 -i

clean:
	@rm -rf build
