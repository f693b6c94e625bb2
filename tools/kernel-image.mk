# How the kernel's image is made from KERNEL_SOURCES and KERNEL_LDSCRIPT.
#
# The kernel names functions in a backtrace, so it carries its own symbol table:
# it is linked with an empty table, its symbols are read, and it is linked again
# with the real one.  tools/kernel-symbols checks that nothing moved meanwhile.

KERNEL_OBJECTS := $(patsubst %,$(BUILD)/%.o,$(basename $(KERNEL_SOURCES)))
KERNEL_C_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter %.c,$(KERNEL_SOURCES)))
KERNEL_S_OBJECTS := $(patsubst %.S,$(BUILD)/%.o,$(filter %.S,$(KERNEL_SOURCES)))

# ---- libfdt: Debian's source, with flags of its own ------------------------

LIBFDT := $(BUILD)/libfdt/source/libfdt
LIBFDT_NAMES := fdt fdt_addresses fdt_ro fdt_rw fdt_strerror fdt_wip
LIBFDT_OBJECTS := $(LIBFDT_NAMES:%=$(BUILD)/libfdt/%.o)
LIBFDT_FLAGS := $(filter-out -W%,$(KERNEL_FLAGS)) -w

$(LIBFDT)/libfdt.h:
	$(call say,FETCH,device-tree-compiler)
	@mkdir -p $(BUILD)/libfdt
	$(Q)folder=$$(tools/fetch-source device-tree-compiler) && \
		ln -sfn "$$folder" $(BUILD)/libfdt/source

$(LIBFDT_OBJECTS): $(BUILD)/libfdt/%.o: $(LIBFDT)/libfdt.h $(call flags_file,LIBFDT)
	$(call say,CC,libfdt/$*.c)
	$(Q)$(CC) $(LIBFDT_FLAGS) -I$(LIBFDT) -c -o $@ $(LIBFDT)/$*.c

$(BUILD)/libfdt/libfdt.a: $(LIBFDT_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# ---- objects -----------------------------------------------------------------

# What runs once, or beside a wait for a disk, is made small instead of fast.
KERNEL_SMALL := $(patsubst %.c,$(BUILD)/%.o,$(wildcard kernel/boot/*.c drivers/virtio_mmio.c \
	drivers/plic.c drivers/goldfish_rtc.c drivers/chacha.c fs/cpio.c fs/devfs.c fs/fat_commit.c \
	fs/fat_directory.c fs/fat_index.c fs/fat_inode.c fs/fat_listing.c fs/fat_mount.c \
	fs/fat_name.c fs/fat_table.c fs/fat_tree.c fs/initramfs.c fs/mount.c fs/rename.c fs/line.c \
	fs/console.c fs/statfs.c kernel/mm/kernel_map.c kernel/process/elf.c kernel/process/birth.c \
	kernel/process/page_table_check.c kernel/process/stats.c kernel/ring/register*.c \
	kernel/ring/setup.c kernel/ring/close.c kernel/ring/ring_fds.c kernel/ring/op_ioctl.c \
	kernel/ring/buffers.c kernel/ring/cancel.c kernel/ring/drain.c kernel/ring/fixed_files.c \
	kernel/ring/op_cancel.c kernel/ring/op_memory.c kernel/ring/op_misc.c \
	kernel/ring/op_process.c kernel/ring/op_spawn.c kernel/ring/op_thread.c \
	kernel/ring/op_advice.c kernel/ring/op_link.c kernel/ring/op_provide.c \
	kernel/ring/op_epoll.c kernel/ring/op_splice.c kernel/ring/op_range.c \
	kernel/ring/op_link_timeout.c kernel/ring/op_message.c kernel/ring/op_pipe.c \
	kernel/ring/op_open.c kernel/ring/op_name.c kernel/ring/op_stat.c kernel/ring/chain.c \
	kernel/ring/eventfd.c kernel/ring/op_timeout.c kernel/door/marshal_stream.c fs/epoll.c \
	fs/timerfd.c fs/file_allocate.c fs/file_wait.c kernel/ring/op_futex.c \
	kernel/ring/op_file.c fs/page_flush.c fs/writeback.c drivers/virtio_rng.c drivers/random.c \
	kernel/ring/op_waitid.c kernel/ring/op_poll.c kernel/trap/panic.c fs/fat_chain.c \
	fs/radix.c fs/ramfs_directory.c kernel/door/marshal.c kernel/process/thread.c \
	kernel/ring/op_trace.c kernel/ring/policy.c kernel/ring/provide.c \
	kernel/process/interrupts.c kernel/process/process.c kernel/process/senders.c \
	kernel/process/spawn.c kernel/process/trace.c fs/epoll.c fs/file_allocate.c \
	fs/link.c fs/timerfd.c fs/writeback.c kernel/ring/op_link_timeout.c \
	kernel/ring/op_range.c kernel/ring/op_splice.c kernel/ring/eventfd.c \
	kernel/task/sched_image.c kernel/trap/panic.c))
$(KERNEL_SMALL): KERNEL_FLAGS += -Os
# whoever comes onto the list, or leaves it, is made anew
$(KERNEL_C_OBJECTS): tools/kernel-image.mk

$(KERNEL_C_OBJECTS): $(BUILD)/%.o: %.c $(call flags_file,KERNEL) | $(LIBFDT)/libfdt.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) -isystem $(LIBFDT) -MMD -MP -c -o $@ $<

$(KERNEL_S_OBJECTS): $(BUILD)/%.o: %.S $(BUILD)/kernel/asm_offsets.h $(call flags_file,KERNEL)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) -MMD -MP -c -o $@ $<

# Offsets of struct fields for the .S files, as the compiler lays them out.
$(BUILD)/kernel/asm_offsets.h: kernel/asm_offsets.c tools/asm-offsets $(call flags_file,KERNEL) \
		| $(LIBFDT)/libfdt.h
	$(call say,OFFSETS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) -isystem $(LIBFDT) -MMD -MP -MT $@ \
		-MF $(BUILD)/kernel/asm_offsets.d -S -o $(BUILD)/kernel/asm_offsets.s $<
	$(Q)tools/asm-offsets $(BUILD)/kernel/asm_offsets.s $@

# ---- linking -----------------------------------------------------------------

define link_kernel
	$(Q)$(CC) $(KERNEL_LINK_FLAGS) -T $(KERNEL_LDSCRIPT) -Wl,-Map=$@.map -o $@ \
		$(KERNEL_OBJECTS) $(1) $(BUILD)/libfdt/libfdt.a -lc -lgcc
endef
KERNEL_LINK_INPUTS := $(KERNEL_OBJECTS) $(KERNEL_LDSCRIPT) $(BUILD)/libfdt/libfdt.a \
	$(call flags_file,KERNEL)

$(BUILD)/kernel/symbols_none.S: tools/kernel-symbols
	@mkdir -p $(@D)
	$(Q)tools/kernel-symbols --empty $@

$(BUILD)/kernel/symbols.S: $(BUILD)/kernel/kernel.first tools/kernel-symbols
	$(call say,SYMBOLS,$@)
	$(Q)$(NM) -n $< | tools/kernel-symbols $@

SYMBOL_OBJECTS := $(BUILD)/kernel/symbols.o $(BUILD)/kernel/symbols_none.o
$(SYMBOL_OBJECTS): %.o: %.S $(call flags_file,KERNEL)
	$(Q)$(CC) $(KERNEL_FLAGS) -c -o $@ $<

$(BUILD)/kernel/kernel.first: $(KERNEL_LINK_INPUTS) $(BUILD)/kernel/symbols_none.o
	$(call say,LD,$@)
	$(call link_kernel,$(BUILD)/kernel/symbols_none.o)

$(BUILD)/kernel.elf: $(KERNEL_LINK_INPUTS) $(BUILD)/kernel/symbols.o
	$(call say,LD,$@)
	$(call link_kernel,$(BUILD)/kernel/symbols.o)
	$(Q)$(NM) -n $@ | tools/kernel-symbols --check $(BUILD)/kernel/symbols.S || \
		{ rm -f $@; exit 1; }

-include $(KERNEL_OBJECTS:.o=.d) $(BUILD)/kernel/asm_offsets.d
