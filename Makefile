# What each target does is in the comment after it; `make help` lists them.

export CGO_ENABLED = 0
FUZZTIME ?= 30s
STORM ?= 20000
SEED ?= 1
export FUZZTIME

.DEFAULT_GOAL := build
.PHONY: storm help build test demo bench bench-tshark bench-live fuzz oracle hazards agree cross fmt lint cover screens

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile

build: ## ./wspeek, one static file
	go build -trimpath -ldflags='-s -w' -o wspeek ./cmd/wspeek

test: ## all tests, offline
	go vet ./...
	go test $(TESTFLAGS) ./...

demo: build ## the embedded sample captures
	./wspeek demo

bench: ## benchmarks of all packages (BENCH=pattern, BENCHTIME=1s)
	.ci/bench

bench-tshark: build ## speed beside tshark, and memory (MB="64 256", BIG=mixed-2000)
	.ci/bench-tshark

bench-live: build ## live capture at 10k to 500k packets a second over a veth pair, as root (RATES, SECONDS_EACH, MODES)
	.ci/bench-live

fuzz: ## every fuzz target for FUZZTIME (30s), two at a time
	.ci/fuzz

oracle: ## comparisons with tshark, also on the captures of ../shared if it is there
	go test -count=1 -run Oracle ./...

hazards: ## how many of the 170 hazards have a test that passes
	go run ./pcaps/internal/hazards

storm: ## damage STORM (20000) captures from SEED (1) on, and print how often what is reported is not true
	WSPEEK_MUTATIONS=$(STORM) WSPEEK_SEED=$(SEED) go test -count=1 -timeout 24h -v -run MutationsOfScenes ./decode/stack

agree: build ## comparisons with what endpoints logged
	.ci/agree

cross: ## builds for every platform, tests of the 386 build
	.ci/cross

fmt: ## gofmt all
	gofmt -w .

lint: ## golangci-lint, staticcheck and deadcode, at pinned versions
	.ci/lint

cover: ## how much of each package its tests run
	go test -coverprofile=cover.prof -coverpkg=./... ./...
	go tool cover -func=cover.prof | tail -1

screens: ## the golden screens and the README, regenerated: read the difference
	go test ./tui -update
	go test ./cmd/wspeek -run Readme -update
	git diff --stat -- tui README.md
