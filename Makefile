# One door for everything. `make` alone lists the targets; continuous integration runs `.ci/run`.
SHELL := /bin/bash
PYTHON ?= python3
PYVMOMI_9.1 := pyvmomi==9.1.1.0
PYVMOMI_8.0.2 := pyvmomi==8.0.2.0.1
HIGHS := highspy==1.15.1
READERS := junitparser==5.0.3 jsonschema==4.26.0
AUTOMATION := vmware-vcenter==9.1.1.0 vmware-vapi-runtime==9.1.1.0 vmware-vapi-common-client==9.1.1.0
ZEEP := zeep==4.3.3 lxml==6.1.3 requests==2.34.2
# The wheel of Ansible bundles a hundred collections, of which two are unpacked.
ANSIBLE := ansible-core==2.19.14 $(PYVMOMI_8.0.2) requests==2.34.2
COLLECTIONS := ansible==12.3.0
CLIENTS := $(patsubst %,.venv/%/ready,pyvmomi-9.1 pyvmomi-8.0.2 automation-9.1 highs-1 readers-1 zeep-4 ansible)
PIP := python -m pip --quiet --disable-pip-version-check
# nextest shows more and runs each test in its own process; plain cargo test serves as well.
TESTS := $(shell cargo nextest --version >/dev/null 2>&1 && echo nextest run || echo test --no-fail-fast --all-targets)

.DEFAULT_GOAL := help
.PHONY: help check test soak clients demo demo-hardware mock bench codegen schema docs snapshots tidy ci

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

check: ## format, lints and documentation, without warnings
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

test: clients ## set up what is needed and run every test
	cargo build --workspace --bins --locked
	cargo $(TESTS) --workspace --locked
	cargo test --workspace --doc --locked --quiet

soak: clients ## 20,000 simulated runs with everything going wrong, and a crash at every write of a long playbook
	cargo xtask simulate --seeds 20000
	cargo build --workspace --bins --locked
	LOCKSTEP_SOAK=1 cargo test --workspace --locked --test cases crash:: -- --test-threads 1

clients: $(CLIENTS) ## the foreign clients and the solver that the tests use, each in an environment of its own
.venv/pyvmomi-%/ready: Makefile
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/$(PIP) install $(PYVMOMI_$*)
	touch $@
.venv/ansible/ready: Makefile tests/ansible/unpack.py
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/$(PIP) install $(ANSIBLE)
	$(@D)/bin/$(PIP) download --no-deps --only-binary :all: --dest $(@D)/wheel $(COLLECTIONS)
	$(@D)/bin/python tests/ansible/unpack.py $(@D)/wheel $(@D)/collections
	rm -r $(@D)/wheel
	touch $@
.venv/readers-1/ready: Makefile
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/$(PIP) install $(READERS)
	touch $@
.venv/automation-9.1/ready: Makefile
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/$(PIP) install $(AUTOMATION)
	touch $@
.venv/zeep-4/ready: Makefile
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/$(PIP) install $(ZEEP)
	touch $@
.venv/highs-1/ready: Makefile
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/$(PIP) install $(HIGHS)
	touch $@

demo: ## the mock vCenter, and eight VMs brought under Fault Tolerance on it
	cargo build --release --locked --package cli
	scripts/demo.sh

demo-hardware: ## a bare fault-tolerant server, brought in step and into vCenter on mocks
	cargo build --release --locked --package cli
	scripts/demo-hardware.sh

mock: ## a mock vCenter with the lab of the demo, until Ctrl-C
	cargo run --release --locked --package cli -- mock --model seed-lab -l 127.0.0.1:8989

bench: clients ## speed of codec and client beside pyVmomi's, of deploying beside curl's, and of whole estates
	cargo build --release --locked --workspace --bins
	$${CARGO_TARGET_DIR:-target}/release/bench

codegen: ## the types of crates/vim25 from schema/vim25.json
	cargo xtask codegen

schema: .venv/pyvmomi-9.1/ready ## schema/vim25.json from pyVmomi's tables
	.venv/pyvmomi-9.1/bin/python schema/extract.py

docs: ## docs/reference and the editors' JSON schema from the code
	cargo run --quiet --package cli -- reference .

snapshots: ## rewrite what the tests expect to see; then read the diff
	UPDATE_EXPECT=1 cargo test --workspace --quiet

tidy: ## the rules of this repository
	cargo xtask tidy

ci: check test ## what continuous integration runs
