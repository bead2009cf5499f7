# make test is the whole test command; make check is its fast part.
MODELS ?= ../shared/models

.PHONY: build check test generate bench fuzz nightly

build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o dist/gatehouse ./cmd/gatehouse

check:
	@scripts/check

test: check
	@scripts/test

generate:
	go run ./internal/apigen -models $(MODELS)
	gofmt -l internal/api

bench:
	@scripts/bench

fuzz:
	@scripts/fuzz

# nightly kills the process 200 times instead of 20.
nightly:
	GATEHOUSE_CRASH_ROUNDS=200 go test -count=1 -timeout 60m ./internal/kv/... && GATEHOUSE_CRASH_ROUNDS=200 go test -tags e2e -count=1 -timeout 60m ./test/crash/... ./test/e2e/stack -run "Survive"
