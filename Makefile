# uos: builds, runs and tests the system.  `make help` lists what there is.
#
# Rules of this file: outputs are in $(BUILD) alone; each folder says in its own
# fragment what it adds; an object is made anew when a header that it includes,
# or a flag of its kind, has changed.  V=1 shows each command.

BUILD := build
CROSS ?= riscv64-unknown-elf-
V ?= 0

# What a run looks like; tools/run says more.
HARTS ?= 1
MEM ?= 128M
ISOLATION ?= on
SCHED ?= prio
CMD ?=
FILES ?=
DISK ?=
GDB ?=
ICOUNT ?=
APPEND ?=
QEMU ?=
CPU ?=
UINTR ?= auto
TIMEOUT ?=
# One test or a few: make test ONLY='test/guest/test_boot.py -k prompt'
ONLY ?= test

export APPEND BUILD CPU CROSS DISK FILES GDB HARTS ICOUNT ISOLATION MEM QEMU SCHED TIMEOUT UINTR
# As it was typed: a shell's $$? is not make's.
override CMD := $(value CMD)
export CMD

CC := $(CROSS)gcc
AR := $(CROSS)gcc-ar
NM := $(CROSS)nm
OBJCOPY := $(CROSS)objcopy
# Debian's python3, which has Debian's pytest and pexpect.
PYTEST := PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest --basetemp=$(BUILD)/test

# All cores build, unless the user has said how many.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s %s\n' $(1) $(2)
MAKEFLAGS += --no-print-directory
endif

.PHONY: all
all: kernel payloads programs ## Builds the kernel, the schedulers and the programs

include tools/flags.mk
include kernel/kernel.mk
-include kernel/ring/ring.mk
-include drivers/drivers.mk
-include fs/fs.mk
-include uintr/uintr.mk
-include sched-shared/payload.mk
-include libuos/libuos.mk
include tools/kernel-image.mk
include user/user.mk
include sdk/sdk.mk
include qemu-patches/qemu.mk

.PHONY: kernel programs setup setup-bench setup-gdb setup-liburing setup-test run gdb test test-liburing test-long bench bench-seeds bench-wake clean help
kernel: $(BUILD)/kernel.elf ## Builds the kernel alone

programs: $(PROGRAMS) ## Builds the user programs alone

setup: ## Installs the packages that building and running need
	@tools/setup run

setup-bench setup-gdb setup-liburing setup-test: setup-%:
	@tools/setup $*

# The set-up comes before anything is compiled, also under -j.
run: setup ## Boots to a prompt, or runs CMD='a; b'; FILES, DISK, HARTS, MEM, ISOLATION, SCHED, UINTR, GDB=1
	@$(MAKE) $(PARALLEL) all
	@tools/run

gdb: setup-gdb ## Attaches gdb to a machine started with GDB=1
	$(Q)gdb-multiarch -q -ex 'target remote 127.0.0.1:$(or $(GDB_PORT),1234)' $(GDB_FLAGS) $(BUILD)/kernel.elf

test: setup-test ## Runs all tests but the slow sweeps; ONLY=... picks some
	@$(MAKE) $(PARALLEL) all uintr-images
	@$(MAKE) qemu
	@echo "Running the tests of $(ONLY)"
	$(Q)$(PYTEST) $(ONLY)

test-long: setup-test ## Runs the slow sweeps too
	@$(MAKE) $(PARALLEL) all uintr-images
	@$(MAKE) qemu qemu-unpatched
	$(Q)SEED=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')} $(PYTEST) --long $(ONLY)

test-liburing: setup-liburing ## Runs liburing's own test programs, unmodified: a table, and how many pass; TESTS='--tier 0'
	@$(MAKE) $(PARALLEL) all
	$(Q)tools/build-liburing $(BUILD)/liburing
	$(Q)tools/test-liburing $(TESTS)

bench: setup ## Counts guest instructions per operation
	@$(MAKE) $(PARALLEL) all
	@tools/bench

bench-seeds: setup setup-bench ## Repeats tornado-os's experiments: tables, and plots in build/bench/
	@$(MAKE) $(PARALLEL) all
	@tools/bench-seeds

bench-wake: setup setup-bench qemu ## How late who waits runs beside who computes: a table and a plot
	@$(MAKE) $(PARALLEL) all
	@tools/bench-wake

clean: ## Removes everything that was built
	$(call say,CLEAN,$(BUILD))
	$(Q)rm -rf $(BUILD)

help: ## Lists these targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | \
		while IFS="$$(printf '\t')" read -r name text; do \
			printf '  make %-20s %s\n' "$$name" "$$text"; done
	@echo "What CMD, FILES, HARTS and the others mean: README.md, or tools/run --help"
