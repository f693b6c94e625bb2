/* Reading the device tree; see the header. */
#include "kernel/boot/device_tree.h"

#include <libfdt.h>
#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/task/hart.h"

static const void *tree;

static const void *property(int node, const char *name, unsigned *bytes)
{
	int length = 0;
	const void *value = fdt_getprop(tree, node, name, &length);

	*bytes = value ? (unsigned)length : 0;
	return value;
}

static uint64_t cells(const fdt32_t *cell, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value = value << 32 | fdt32_to_cpu(cell[i]);
	return value;
}

/* Entry n of a node's `reg`, by its parent's cell counts. */
static bool node_reg(int node, unsigned n, struct memory_range *range)
{
	int parent = fdt_parent_offset(tree, node);
	unsigned address_cells = (unsigned)fdt_address_cells(tree, parent);
	unsigned size_cells = (unsigned)fdt_size_cells(tree, parent);
	unsigned bytes, entry = address_cells + size_cells;
	const fdt32_t *reg = property(node, "reg", &bytes);

	if (!reg || bytes / 4 < (n + 1) * entry)
		return false;
	reg += n * entry;
	range->start = cells(reg, address_cells);
	range->end = range->start + cells(reg + address_cells, size_cells);
	return true;
}

void device_tree_open(uint64_t physical)
{
	tree = kernel_address_of(physical);
	if (fdt_check_header(tree))
		panic("no device tree at %#lx", physical);
}

struct memory_range device_tree_range(void)
{
	uint64_t start = physical_of(tree);

	return (struct memory_range){ start, start + fdt_totalsize(tree) };
}

bool device_tree_memory(unsigned n, struct memory_range *range)
{
	int node = -1;

	for (;;) {
		struct memory_range found;

		node = fdt_node_offset_by_prop_value(tree, node, "device_type", "memory", 7);
		if (node < 0)
			return false;
		for (unsigned i = 0; node_reg(node, i, &found); i++)
			if (n-- == 0) {
				*range = found;
				return true;
			}
	}
}

bool device_tree_reserved(unsigned n, struct memory_range *range)
{
	int parent = fdt_path_offset(tree, "/reserved-memory");
	int node;

	fdt_for_each_subnode(node, tree, parent) {
		if (node_reg(node, 0, range) && n-- == 0)
			return true;
	}
	return false;
}

bool device_tree_initrd(struct memory_range *range)
{
	unsigned start_bytes, end_bytes;
	const fdt32_t *start = device_chosen_property("linux,initrd-start", &start_bytes);
	const fdt32_t *end = device_chosen_property("linux,initrd-end", &end_bytes);

	if (!start || !end)
		return false;
	range->start = cells(start, start_bytes / 4);
	range->end = cells(end, end_bytes / 4);
	return range->end > range->start;
}

const char *device_tree_command_line(void)
{
	unsigned bytes;
	const char *text = device_chosen_property("bootargs", &bytes);

	return text && bytes && text[bytes - 1] == '\0' ? text : "";
}

uint32_t device_tree_timebase_hz(void)
{
	unsigned bytes;
	const fdt32_t *value = property(fdt_path_offset(tree, "/cpus"), "timebase-frequency",
					&bytes);

	if (!value || bytes < 4)
		panic("the device tree has no /cpus timebase-frequency");
	return (uint32_t)cells(value, 1);
}

static bool node_is_usable_hart(int node)
{
	unsigned bytes;
	const char *type = property(node, "device_type", &bytes);
	const char *status;

	if (!type || strcmp(type, "cpu"))
		return false;
	status = property(node, "status", &bytes);
	return !status || !strcmp(status, "okay");
}

bool device_tree_hart(unsigned n, uint32_t *hardware_id, bool *sstc)
{
	int parent = fdt_path_offset(tree, "/cpus");
	int node;

	fdt_for_each_subnode(node, tree, parent) {
		struct memory_range reg;
		unsigned bytes;
		const char *isa;

		if (!node_is_usable_hart(node) || n-- != 0)
			continue;
		if (!node_reg(node, 0, &reg))
			return false;
		*hardware_id = (uint32_t)reg.start;
		isa = property(node, "riscv,isa", &bytes);
		*sstc = isa && strstr(isa, "_sstc") != NULL;
		return true;
	}
	return false;
}

/* Among the single letters, which end at the first name of several. */
static bool isa_has(const char *isa, char letter)
{
	if (!isa || strncmp(isa, "rv64", 4))
		return false;
	for (isa += 4; *isa && *isa != '_'; isa++)
		if (*isa == letter)
			return true;
	return false;
}

bool device_tree_harts_have(char letter)
{
	int parent = fdt_path_offset(tree, "/cpus");
	unsigned bytes;
	int node;

	fdt_for_each_subnode(node, tree, parent) {
		if (node_is_usable_hart(node) &&
		    !isa_has(property(node, "riscv,isa", &bytes), letter))
			return false;
	}
	return true;
}

bool device_tree_find(const char *compatible, struct memory_range *registers)
{
	int node = fdt_node_offset_by_compatible(tree, -1, compatible);

	return node >= 0 && node_reg(node, 0, registers);
}

unsigned device_tree_probe(const struct device_driver *driver)
{
	unsigned taken = 0;
	int node = -1;

	while ((node = fdt_node_offset_by_compatible(tree, node, driver->compatible)) >= 0) {
		struct device device = { .name = fdt_get_name(tree, node, NULL), .node = node };
		struct memory_range reg;
		int result;

		if (node_reg(node, 0, &reg)) {
			device.base = reg.start;
			device.bytes = reg.end - reg.start;
		}
		device_property_cell(&device, "interrupts", 0, &device.interrupt);
		result = driver->probe(&device);
		if (result == 0)
			taken++;
		else if (result != -ENODEV)
			kernel_log("%s: the driver gave it up (error %d)", device.name, -result);
	}
	return taken;
}

/* ---- kernel/api/device.h ---------------------------------------------------------- */

const void *device_property(const struct device *device, const char *name, unsigned *bytes)
{
	return property(device->node, name, bytes);
}

bool device_property_cell(const struct device *device, const char *name, unsigned index,
			  uint32_t *value)
{
	unsigned bytes;
	const fdt32_t *cell = property(device->node, name, &bytes);

	if (!cell || bytes / 4 <= index)
		return false;
	*value = fdt32_to_cpu(cell[index]);
	return true;
}

const void *device_chosen_property(const char *name, unsigned *bytes)
{
	int node = fdt_path_offset(tree, "/chosen");

	*bytes = 0;
	return node < 0 ? NULL : property(node, name, bytes);
}

int device_interrupt_parent_hart(uint32_t phandle)
{
	int node = fdt_node_offset_by_phandle(tree, phandle);
	struct memory_range reg;

	if (node < 0 || !node_reg(fdt_parent_offset(tree, node), 0, &reg))
		return -1;
	return hart_index_of(reg.start);
}
