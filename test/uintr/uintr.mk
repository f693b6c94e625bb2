# SPDX-License-Identifier: MIT
# The conformance suite of docs/uintr-isa.md: images, tests, bench. Included
# by qemu-patches/qemu.mk, after BUILD is set.

UINTR_TESTS := test/uintr
UINTR_CC := riscv64-unknown-elf-gcc
UINTR_SOURCES := $(sort $(wildcard $(UINTR_TESTS)/guest/*.c $(UINTR_TESTS)/guest/*.S))
UINTR_IMAGES := $(patsubst %,$(BUILD)/uintr/%.elf,rv32imafdc rv64ima rv64imac)
UINTR_PYTEST := /usr/bin/python3 -m pytest -q -p no:cacheprovider

# The image runs at the bottom of RAM without a C library. Its functions must
# not become calls of one, and it uses no gp.
UINTR_CFLAGS := -mcmodel=medany -mno-relax -msmall-data-limit=0 \
	-ffreestanding -fno-pic -fno-tree-loop-distribute-patterns \
	-O2 -g -Wall -Wextra -Werror
UINTR_LDFLAGS := -nostdlib -static -Wl,--build-id=none,--no-relax \
	-Wl,--no-warn-rwx-segments

$(BUILD)/uintr/rv32%.elf: UINTR_MABI := ilp32
$(BUILD)/uintr/rv64%.elf: UINTR_MABI := lp64

$(UINTR_IMAGES): $(BUILD)/uintr/%.elf: $(UINTR_SOURCES) \
		$(wildcard $(UINTR_TESTS)/guest/*.h) $(UINTR_TESTS)/guest/link.ld
	@mkdir -p $(@D)
	$(UINTR_CC) -march=$*_zicsr_zifencei -mabi=$(UINTR_MABI) \
		$(UINTR_CFLAGS) $(UINTR_LDFLAGS) -T $(UINTR_TESTS)/guest/link.ld \
		-o $@ $(UINTR_SOURCES)

UINTR_SBI := $(sort $(wildcard $(UINTR_TESTS)/sbi/*.[chS]))

$(BUILD)/uintr/sbi.elf: $(UINTR_SBI) $(UINTR_TESTS)/sbi/link.ld \
		$(UINTR_TESTS)/guest/platform.h
	@mkdir -p $(@D)
	$(UINTR_CC) -march=rv64imac_zicsr_zifencei -mabi=lp64 \
		$(UINTR_CFLAGS) $(UINTR_LDFLAGS) -T $(UINTR_TESTS)/sbi/link.ld \
		-o $@ $(filter-out %.h,$(UINTR_SBI))

.PHONY: uintr-images test-uintr test-uintr-long test-uintr-mutations

uintr-images: $(UINTR_IMAGES) $(BUILD)/uintr/sbi.elf

test-uintr: uintr-images qemu ## Tests the patched QEMU against docs/uintr-isa.md
	$(UINTR_PYTEST) $(UINTR_TESTS)

test-uintr-long: uintr-images qemu qemu-unpatched ## Also repeats it and looks at the unpatched QEMU
	$(UINTR_PYTEST) --long $(UINTR_TESTS)

test-uintr-mutations: uintr-images qemu-unpatched qemu-dev ## Shows that faults made on purpose are found
	ninja -C $(QEMU_TREE)/build qemu-system-riscv64
	$(UINTR_TESTS)/mutations.py $(QEMU_TREE)

.PHONY: bench-uintr

bench-uintr: uintr-images qemu ## Measures user interrupts in the patched QEMU
	$(UINTR_TESTS)/bench.py
