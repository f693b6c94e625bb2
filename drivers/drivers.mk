# Device drivers: paths from the top.
KERNEL_SOURCES += \
	drivers/block.c \
	drivers/chacha.c \
	drivers/goldfish_rtc.c \
	drivers/ns16550.c \
	drivers/plic.c \
	drivers/random.c \
	drivers/test_finisher.c \
	drivers/virtio_blk.c \
	drivers/virtio_mmio.c \
	drivers/virtio_rng.c \
	drivers/virtqueue.c
