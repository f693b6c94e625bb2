# SPDX-License-Identifier: MIT
# The targets that build the patched QEMU and work on its patches. Included by
# the top Makefile, which sets BUILD.

QEMU_TREE := $(BUILD)/qemu-dev

.PHONY: qemu qemu-check qemu-dev qemu-series qemu-unpatched

qemu: ## Builds the patched QEMU (QEMU_SRC=folder: from that source)
	tools/build-qemu $(BUILD)/qemu

qemu-check: qemu-dev ## Checks that the tree is the series; builds each patch; checkpatch
	tools/build-qemu --check $(QEMU_TREE)

qemu-dev: ## Makes a git tree of QEMU with the patches as commits
	tools/build-qemu --tree $(QEMU_TREE)

# What the long tests compare with.
qemu-unpatched:
	tools/build-qemu --unpatched $(BUILD)/qemu-unpatched

qemu-series: ## Writes qemu-patches/ back from the tree of qemu-dev
	tools/build-qemu --series $(QEMU_TREE)

include test/uintr/uintr.mk
