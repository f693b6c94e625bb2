# SPDX-License-Identifier: MIT
"""The pairs of words that the code orders, as litmus tests in the language of rvwmo.py.

C11's words stand for their weakest RISC-V form: a load with acquire is `L; F r rw`, a
store with release `F rw w; S`, a sequentially consistent fence `F rw rw`; spinlocks are an
AMO with .aq and a store with release; payloads' compare-and-swap is lr.aq and sc.rl.
What the compiler really makes may be stronger.

Each: a name; where it is said; the threads, with what may not be missing in braces; the
outcome that must not be; and why RVWMO forbids it.
"""

PAIRS = [
    ("sq_entry", "kernel/ring/queue.h (a); libuos/include/uos/ring.h, SQ tail",
     "S sqe 1; {F rw w}; S sq_tail 1 | L sq_tail t; {F r rw}; L sqe e",
     "t == 1 and e == 0",
     "Both fences are edges of the preserved order (rule 4), so a kernel that reads the "
     "new tail reads the entry behind it."),
    ("sq_reuse", "kernel/ring/queue.h (b); libuos/include/uos/ring.h, SQ head",
     "L sqe e; {F rw w}; S sq_head 1 | L sq_head h; {F r rw}; S sqe 2",
     "h == 1 and e == 2",
     "Load buffering: without the first fence the copy of the entry may be read after the "
     "head is out, without the second the new entry be written before the head is read. "
     "A branch on the head would order the second too (rule 11), if the compiler kept it."),
    ("cq_entry", "kernel/ring/queue.h (c); libuos/include/uos/ring.h, CQ tail",
     "S cqe 1; {F rw w}; S cq_tail 1 | L cq_tail t; {F r rw}; L cqe e",
     "t == 1 and e == 0", "As sq_entry, the other way round."),
    ("cq_reuse", "kernel/ring/queue.h (d); libuos/include/uos/ring.h, CQ head",
     "L cqe e; {F rw w}; S cq_head 1 | L cq_head h; {F r rw}; S cqe 2",
     "h == 1 and e == 2", "As sq_reuse, the other way round."),
    ("need_wakeup", "kernel/ring/queue.h (e); libuos/include/uos/ring.h, SQ flags",
     "S sq_tail 1; {F rw rw}; L sq_flags f | A sq_flags or 1 x; {F rw rw}; L sq_tail t",
     "f == 0 and t == 0",
     "Store buffering: only a fence with w before and r after orders a store before a "
     "later load.  The AMO is relaxed, and an AMO alone orders nothing behind it."),
    ("waiter", "kernel/ring/queue.h (f)",
     "A.aq lock swap 1 a; S count 1; F rw w; S lock 0; "
     "A.aq lock swap 1 b; L tail t; F rw w; S lock 0 "
     "| A{.aq} lock swap 1 c; S tail 1; {F rw w}; S lock 0; L count n",
     "a == 0 and b == 0 and c == 0 and n == 0 and t == 0",
     "The poster looks for waiters after its unlock, and nothing orders an unlock before "
     "a later load; but the load is behind the lock's .aq (rule 5).  A waiter who counted "
     "himself before that is seen; one who did after it looks at the tail under the lock "
     "later still, and sees the post."),
    ("wake_sees_task", "sched-shared/engine.h, notes 1 and 2",
     "S last 1; R state x; C{.rl} state 1 | R{.aq} state s; C.rl state 2; L last l",
     "s == 1 and l == 0",
     "The sc that leaves BLOCKED is a release, the lr that finds it acquires: who wins "
     "reads `last` as the executor wrote it before, or newer.  `last` stands for all "
     "that the task did."),
    ("stack_is_free", "sched-shared/engine.h, note 2",
     "L stack v; {F rw w}; S last 2 | L last l; {F r rw}; S stack 9",
     "l == 2 and v == 9",
     "Who reads that another task was given up last may use the stack: the old use is "
     "before the store of `last`, the new one after its load."),
    ("inbox", "sched-shared/engine.h, note 3",
     "S task 1; R.aq inbox x; C{.rl} inbox 1 | A{.aq} inbox swap 0 n; L task t",
     "n == 1 and t == 0",
     "Message passing, by an sc with .rl and an AMO with .aq (rules 6 and 5)."),
    ("summary", "sched-shared/engine.h, note 4; sched-shared/pool.h",
     "R.aq inbox x; C.rl inbox 1; A{.rl} summary min 1 s "
     "| S summary 64; {F rw rw}; L inbox i",
     "summary == 64 and i == 0",
     "A lane that found nothing says so and looks again.  If its store came over the "
     "waker's minimum, the inbox is older still (.rl), and the fence puts the look after "
     "the store."),
    ("idle_hart", "kernel/task/task.c, fences a and b; sched-shared/engine.h, note 5",
     "S idle 1; {F rw rw}; L inbox i | R.aq inbox x; C.rl inbox 1; {F rw rw}; L idle d",
     "i == 0 and d == 0",
     "Store buffering; .rl on the sc orders what is before it, nothing behind it."),
    ("long_slice", "kernel/trap/trap.c, slice_ended; kernel/task/task.c, fence b",
     "S slice 1; {F rw rw}; L inbox i | R.aq inbox x; C.rl inbox 1; {F rw rw}; L slice d",
     "i == 0 and d == 0", "As idle_hart."),
    ("requeue", "kernel/task/task.c, fence c",
     "S level 1; {F rw rw}; L lane l | S lane 1; R.aq inbox x; C.rl inbox 1 "
     "| A{.aq} inbox swap 0 t; L level v",
     "l == 0 and t == 1 and v == 0",
     "The waker's store of the lane is before its push (.rl), that before what the lane's "
     "hart takes, and that before its load of the level (.aq); the fence puts the store of "
     "the level before the load of the lane."),
    ("idle_executor", "libuos/executors.c, fences 1 and 2",
     "A idle or 1 x; {F rw rw}; L inbox i | R.aq inbox y; C.rl inbox 1; {F rw rw}; L idle d",
     "i == 0 and d == 0", "As idle_hart; the bit is set by a relaxed AMO."),
    ("quiet", "kernel/ring/object.h, ring_tell_quiet; kernel/ring/close.c",
     "S count 1; {F rw rw}; L waiters w | A{.aqrl} waiters add 1 x; L count c",
     "w == 0 and c == 0",
     "As need_wakeup: the last request goes, or the closer sees it gone.  The closer's AMO "
     "is sequentially consistent: .aq keeps the look behind it (close.c has a fence besides)."),
    ("announce", "kernel/ring/queue.h (g)",
     "A.aq lock swap 1 a; S cq_tail 1; {F rw w}; S lock 0; A{.aq} lock swap 1 b; L cq_event e "
     "| S cq_event 1; {F rw rw}; L cq_tail t",
     "a == 0 and b == 0 and e == 0 and t == 0",
     "Store buffering, without a fence in the kernel: the tail is before the unlock "
     "(release), that before the next lock of the same word (rule 1), and that before the "
     "load of cq_event (.aq)."),
    ("send", "kernel/ring/queue.h (h)",
     "S cq_tail 1; {F w o}; S SEND 1 | L SEND p; {F i r}; L cq_tail t",
     "p == 1 and t == 0",
     "Message passing by a device: fences of rw alone do not order it."),
    ("poster", "kernel/task/thread.c, thread_interrupts_tell; uintr/emulated.c (1)",
     "A posted or 4 x; {F rw rw}; L thread h | S thread 1; {F rw rw}; L posted p",
     "h == 0 and p == 0",
     "As idle_hart: a post to a thread that is given a hart; and, with other names, to one "
     "that says that it waits."),
    ("mark", "kernel/task/thread.c, look_for_posts; uintr/context.c, uintr_post",
     "S usip 1; {F rw rw}; A posted or 4 x | A{.aq} posted swap 0 p; L usip u",
     "p == 4 and u == 0",
     "Message passing: the poster's fence, and the .aq of the AMO that takes the mark."),
    ("latch", "uintr/emulated.c (2)",
     "A pending or 1 p; {F rw rw}; S usip 1 | S usip 0; {F rw rw}; A pending swap 0 q",
     "q == 0 and usip == 0",
     "Two words written by both, in opposite order: whose AMO is first has its usip first, "
     "by its fence and the other's."),
    ("doorbell", "uintr/hardware.c, (i); docs/uintr.md",
     "S sq_tail 1; {F rw rw}; L sq_flags f; S SEND 1 @ctrl | L SEND p; {F i r}; L sq_tail t",
     "p == 1 and t == 0",
     "The fence of need_wakeup puts the tail before the load of the flags, the branch on "
     "them puts that before uipi.send (rule 11)."),
]

# In the code, but not needed on RISC-V: what is in braces may be missing as well.
SPARE = [
    ("summary_second_look", "sched-shared/pool.h, pool_summary_recompute",
     "S best 1; A.rl summary or 1 m | L summary s; R.aq summary t; C.rl summary 8; "
     "{F rw rw}; L best b",
     "summary == 8 and b == 0",
     "A waker's AMO that the sc has overwritten came before the lr, whose .aq puts the second "
     "look behind it.  (`or` stands for the minimum, 8 for the level found.)"),
]

# Where the model itself is known: text, outcome, whether it is allowed.
KNOWN = {
    "SB": ("S x 1; L y a | S y 1; L x b", "a == 0 and b == 0", True),
    "SB+fences": ("S x 1; F rw rw; L y a | S y 1; F rw rw; L x b", "a == 0 and b == 0", False),
    "SB+tso": ("S x 1; F tso; L y a | S y 1; F tso; L x b", "a == 0 and b == 0", True),
    "SB+amos": ("A x swap 1 p; L y a | A y swap 1 q; L x b", "a == 0 and b == 0", True),
    "SB+amo.aqs": ("A.aq x swap 1 p; L y a | A.aq y swap 1 q; L x b",
                   "a == 0 and b == 0", False),
    "SB+rfi": ("S x 1; L x p; F r r; L y a | S y 1; L y q; F r r; L x b",
               "p == 1 and q == 1 and a == 0 and b == 0", True),
    "MP": ("S x 1; S y 1 | L y a; L x b", "a == 1 and b == 0", True),
    "MP+w.w+r.r": ("S x 1; F w w; S y 1 | L y a; F r r; L x b", "a == 1 and b == 0", False),
    "MP+tso": ("S x 1; F tso; S y 1 | L y a; F tso; L x b", "a == 1 and b == 0", False),
    "MP+w.w+addr": ("S x 1; F w w; S y 1 | L y a; L x b @addr=a", "a == 1 and b == 0", False),
    "MP+w.w+ctrl": ("S x 1; F w w; S y 1 | L y a; L x b @ctrl", "a == 1 and b == 0", True),
    "MP+rw.rw+io": ("S x 1; F rw rw; S Y 1 | L Y a; F rw rw; L x b", "a == 1 and b == 0", True),
    "LB": ("L x a; S y 1 | L y b; S x 1", "a == 1 and b == 1", True),
    "LB+ctrls": ("L x a; S y 1 @ctrl | L y b; S x 1 @ctrl", "a == 1 and b == 1", False),
    "LB+data": ("L x a; S y 1 @data=a | L y b; S x 1 @data=b", "a == 1 and b == 1", False),
    "CoRR": ("S x 1 | L x a; L x b", "a == 1 and b == 0", False),
    "CoWR": ("S x 1; L x a | S x 2", "a == 2 and x == 1", False),
    "2+2W": ("S x 1; S y 2 | S y 1; S x 2", "x == 1 and y == 1", True),
    "2+2W+w.w": ("S x 1; F w w; S y 2 | S y 1; F w w; S x 2", "x == 1 and y == 1", False),
    "IRIW+r.r": ("S x 1 | S y 1 | L x a; F r r; L y b | L y c; F r r; L x d",
                 "a == 1 and b == 0 and c == 1 and d == 0", False),
    "WRC+addrs": ("S x 1 | L x a; S y 1 @addr=a | L y b; L x c @addr=b",
                  "a == 1 and b == 1 and c == 0", False),
    "PPOCA": ("S x 1; F w w; S y 1 | L y a; S z 1 @ctrl; L z b; L x c @addr=b",
              "a == 1 and b == 1 and c == 0", True),
    "PPOAA": ("S x 1; F w w; S y 1 | L y a; S z 1 @addr=a; L z b; L x c @addr=b",
              "a == 1 and b == 1 and c == 0", False),
    "amo adds": ("A x add 1 a | A x add 1 b", "x == 1", False),
    "lr sc adds": ("R x a; C x 1 @data=a | R x b; C x 1 @data=b", "a == 0 and b == 0", False),
    "addr then store": ("L x a; L z p @addr=a; S y 1 | L y b; L z q @addr=b; S x 1",
                        "a == 1 and b == 1", False),
}
