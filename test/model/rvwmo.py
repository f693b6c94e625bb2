# SPDX-License-Identifier: MIT
"""A small explorer of RISC-V's memory model, RVWMO.

It takes a litmus test of straight-line code and answers every outcome that the model
allows: it builds each global memory order that keeps the preserved program order (rules
1 to 13 of the model), and reads the loads' values off it by the load value axiom.

A thread is statements with `;` between, a test is threads with `|` between:

    S word value            store; value is a number or a register
    L word register         load
    A word op value reg     AMO, op one of swap or add min; the old value goes to reg
    R word register         lr
    C word value            sc, which succeeds, or the execution does not count
    F before after          fence of r, w, i, o;  F tso

A, R and C may end in .aq, .rl or .aqrl.  After a statement, `@ctrl` makes it depend by
a branch on all loads before it, `@addr=reg` and `@data=reg` on that register's.  A word
in capitals is a device's or a CSR: i and o in place of r and w.  All words are 0 at
first.  Values are those of `registers`, and of the words at the end.
"""

OPERATIONS = {
    "swap": lambda old, value: value,
    "or": lambda old, value: old | value,
    "add": lambda old, value: old + value,
    "min": min,
}


class Event:
    """A memory operation.  `mode`: the letters of FENCE sets that it belongs to."""

    def __init__(self, thread, place, text):
        words = text.split()
        name, _, self.order = words.pop(0).partition(".")
        self.marks = [word[1:] for word in words if word.startswith("@")]
        operands = [word for word in words if not word.startswith("@")]
        self.thread, self.place, self.name, self.text = thread, place, name, text
        self.word = operands[0]
        self.loads, self.stores = name in "LAR", name in "SAC"
        reads, writes = "io" if self.word.isupper() else "rw"
        self.mode = (reads if self.loads else "") + (writes if self.stores else "")
        self.register = operands[-1] if self.loads else None
        self.value = {"S": 1, "C": 1, "A": 2}.get(name)
        self.value = None if self.value is None else operands[self.value]
        self.operation = operands[1] if name == "A" else None
        self.address_from = [mark[5:] for mark in self.marks if mark.startswith("addr=")]
        self.data_from = [mark[5:] for mark in self.marks if mark.startswith("data=")]
        if self.value is not None and not self.value.isdigit():
            self.data_from.append(self.value)
        self.depends = []       # loads by address or data; filled by Thread


class Thread:
    """Events in program order, with the edges that no value decides."""

    def __init__(self, number, text):
        self.events, fences = [], []
        for statement in filter(None, (part.strip() for part in text.split(";"))):
            if statement.startswith("F "):
                sets = statement.split()[1:]
                pairs = [("r", "rw"), ("w", "w")] if sets == ["tso"] else [tuple(sets)]
                fences.append((len(self.events), pairs))
            else:
                self.events.append(Event(number, len(self.events), statement))
        for event in self.events:
            event.depends = [self.writer(event, register)
                             for register in event.address_from + event.data_from]
            event.before = {earlier for earlier in self.events[:event.place]
                            if self.ordered(earlier, event, fences)}

    def writer(self, event, register):
        """The load of this thread that gave the register its value."""
        found = [earlier for earlier in self.events[:event.place]
                 if earlier.register == register]
        assert found, f"{event.text}: no load before it fills {register}"
        return found[-1]

    def ordered(self, a, b, fences):
        """Rules 1, 4 to 11 and 13."""
        between = self.events[a.place + 1:b.place]
        by_fence = any(a.place < at <= b.place and set(first) & set(a.mode)
                       and set(second) & set(b.mode)
                       for at, pairs in fences for first, second in pairs)
        pair = a.name == "R" and b.name == "C" and not any(e.name in "RC" for e in between)
        return (
            a.word == b.word and b.stores                               # 1
            or by_fence                                                 # 4
            or "aq" in a.order or "rl" in b.order                       # 5, 6
            or bool(a.order and b.order)                                # 7
            or pair                                                     # 8
            or a in b.depends                                           # 9, 10
            or b.stores and "ctrl" in b.marks and a.loads               # 11
            or b.stores and any(a is m.writer_of_address for m in between
                                if m.address_from))                     # 13


def _address_writer(self):
    return self.depends[0] if self.address_from else None


Event.writer_of_address = property(_address_writer)


class Explorer:
    """Depth first over all global memory orders."""

    def __init__(self, text):
        self.threads = [Thread(number, part).events
                        for number, part in enumerate(text.split("|"))]
        self.events = [event for events in self.threads for event in events]
        self.outcomes = set()
        self.order, self.read_from, self.written, self.registers = [], {}, {}, {}

    def value_of(self, event, old):
        value = event.value
        value = int(value) if value.isdigit() else self.registers[event.thread, value]
        return OPERATIONS[event.operation](old, value) if event.operation else value

    def source(self, event):
        """The store that it reads: the load value axiom.  None: the first value."""
        own = [e for e in self.threads[event.thread][:event.place]
               if e.stores and e.word == event.word and e not in self.order]
        if own:
            return own[-1]
        placed = [e for e in self.order if e.stores and e.word == event.word]
        return placed[-1] if placed else None

    def may_read(self, event, source):
        """Rules 2, 3 and 12, which depend on the value."""
        if source is not None and source not in self.order:
            # forwarded: not from an AMO or sc, nor before what the store depends on
            if source.name in "AC" or any(e not in self.order for e in source.depends):
                return False
            if not source.value.isdigit() and (source.thread, source.value) not in self.registers:
                return False
        for other in self.threads[event.thread]:
            if other is event or other.word != event.word or not other.loads:
                continue
            low, high = sorted((other.place, event.place))
            between = self.threads[event.thread][low + 1:high]
            first_stores = self.threads[event.thread][low].stores
            if (other.place > event.place and other in self.order and not first_stores
                    and not any(e.stores and e.word == event.word for e in between)
                    and self.read_from[other] is not source):
                return False
        return True

    def keeps_reservation(self, event):
        """The atomicity axiom, for an sc that succeeds."""
        reserve = [e for e in self.threads[event.thread][:event.place] if e.name == "R"][-1]
        stores = [e for e in self.order if e.stores and e.word == event.word]
        source = self.read_from[reserve]
        after = stores[stores.index(source) + 1:] if source in stores else stores
        return all(e.thread == event.thread for e in after)

    def place(self, event):
        """Puts the event next in the order.  False: the model forbids it."""
        old = 0
        if event.loads:
            source = self.source(event)
            if not self.may_read(event, source):
                return False
            if source is not None:
                old = self.written.get(source)
                if old is None:
                    old = self.value_of(source, 0)
            self.read_from[event] = source
            self.registers[event.thread, event.register] = old
        if event.name == "C" and not self.keeps_reservation(event):
            return False
        if event.stores:
            self.written[event] = self.value_of(event, old)
        self.order.append(event)
        return True

    def finish(self):
        final = {register: value for (_, register), value in self.registers.items()}
        for event in self.events:
            final.setdefault(event.word, 0)
        for event in self.order:
            if event.stores:
                final[event.word] = self.written[event]
        self.outcomes.add(tuple(sorted(final.items())))

    def explore(self):
        if len(self.order) == len(self.events):
            self.finish()
        placed = set(self.order)
        for event in self.events:
            if event in placed or not event.before <= placed:
                continue
            saved = dict(self.read_from), dict(self.written), dict(self.registers)
            if self.place(event):
                self.explore()
                self.order.pop()
            self.read_from, self.written, self.registers = saved
        return self.outcomes


def reachable(text, outcome):
    """Whether RVWMO allows an execution at whose end the Python expression holds."""
    return any(eval(outcome, {"__builtins__": {}}, dict(values))
               for values in Explorer(text).explore())
