# SPDX-License-Identifier: MIT
BUILD := build

include qemu-patches/qemu.mk

.PHONY: help
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | \
		sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 24
