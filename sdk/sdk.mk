# The SDK: what is needed to build programs for uos outside this tree.
#
#   make sdk                                into $(BUILD)/sdk
#   make sdk prefix=/opt/uos                into /opt/uos
#   make sdk DESTDIR=/tmp/x prefix=/usr     into /tmp/x/usr, to be moved to /usr
#
# It is relocatable: nothing in it has its own path.

SDK := $(if $(DESTDIR)$(prefix),$(DESTDIR)$(or $(prefix),/usr/local),$(BUILD)/sdk)
SDK_ABIS := lp64d lp64
# For programs of one's own: sections so that the linker drops what is not called.
SDK_CFLAGS := -mcmodel=medany -ftls-model=local-exec -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-unwind-tables $(UOS_DEFINES)
SDK_LINK := --gc-sections --build-id=none -z max-page-size=4096 $(LIBC_NEEDS:%=-u %)

.PHONY: sdk sdk-libraries
sdk: setup ## Makes the SDK, build/sdk, or in DESTDIR and prefix: uos-cc, libraries, manual
	@$(MAKE) $(PARALLEL) sdk-libraries
	$(call say,SDK,$(SDK))
	$(Q)BUILD='$(BUILD)' CC='$(CC)' OBJCOPY='$(OBJCOPY)' SDK_ABIS='$(SDK_ABIS)' \
		SDK_CFLAGS='$(SDK_CFLAGS)' SDK_LINK='$(SDK_LINK)' tools/make-sdk '$(SDK)'

# The libraries of the other ABI are made by a make of their own, as bench-lp64 is.
sdk-libraries: $(UOS_CRT) $(UOS_LIB)
ifneq ($(UOS_ABI),lp64)
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/lp64 UOS_ABI=lp64 sdk-libraries
endif
