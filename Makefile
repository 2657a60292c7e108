# What there is to do; the how is in scripts/. Each sets up what is missing and skips what is there.
SHELL := bash
.PHONY: help run up test smoke dev fmt client bench audit

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build everything and start it; prints the address
	@scripts/run

up: ## build the images and start them with Docker; prints the address
	@scripts/up

test: ## everything that must pass, from formatting to a browser
	@scripts/test

smoke: ## production in containers, started and looked at from outside (needs Docker)
	@scripts/smoke

dev: ## start it, rebuild and reload on each change
	@scripts/dev

fmt: ## format the code
	@. scripts/env.sh && cargo fmt --all

client: ## build the client into client/dist
	@scripts/client build

bench: ## measure what docs/performance.md tells
	@scripts/setup bench && scripts/bench

audit: ## licences, advisories, duplicates and sources of what we depend on (needs the internet)
	@scripts/setup deny && . scripts/env.sh && cargo deny --workspace --all-features check
