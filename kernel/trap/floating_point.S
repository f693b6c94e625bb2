/*
 * The kernel itself uses no floating point; these two carry a thread's registers
 * to and from its trap frame.  RISC-V unprivileged, F and D.
 */
	.option arch, +f, +d
	.text

.macro EACH op
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	f\n, 8*\n(a0)
	.endr
.endm

/* void floating_point_save(uint64_t *f, uint64_t *fcsr); */
	.globl floating_point_save
floating_point_save:
	EACH	fsd
	frcsr	t0
	sd	t0, 0(a1)
	ret

/* void floating_point_load(const uint64_t *f, const uint64_t *fcsr); */
	.globl floating_point_load
floating_point_load:
	EACH	fld
	ld	t0, 0(a1)
	fscsr	t0
	ret
