# SPDX-License-Identifier: MIT
"""Each clause of the specification has a case, and each case a clause."""

import re
from pathlib import Path

import suite

SPECIFICATION = suite.ROOT / "docs/uintr-isa.md"


def clauses_of_specification():
    found = re.findall(r"^- \*\*([A-Z]\d+)\*\* ", SPECIFICATION.read_text(),
                       re.M)
    assert len(found) == len(set(found)), "an identifier is used twice"
    return set(found)


def clauses_of_cases():
    covered = {}
    for case in suite.CASES.values():
        for clause in case.clauses:
            covered.setdefault(clause, []).append(case.name)
    for path in Path(__file__).parent.glob("test_*.py"):
        for match in re.finditer(r'mark\.clauses\("([\w ]+)"\)',
                                 path.read_text()):
            for clause in match[1].split():
                covered.setdefault(clause, []).append(path.name)
    return covered


def test_each_clause_has_a_case():
    missing = clauses_of_specification() - set(clauses_of_cases())
    assert not missing, f"no case for {sorted(missing)}"


def test_each_case_names_known_clauses():
    unknown = set(clauses_of_cases()) - clauses_of_specification()
    assert not unknown, f"not in {SPECIFICATION.name}: {sorted(unknown)}"


def test_each_case_runs_somewhere():
    ran = {case.name for name in suite.CONFIGURATIONS
           for case in suite.fitting(name)}
    ran |= {case.name for case in suite.CASES.values()
            if case.needs & {"PEER", "BENCH"}}
    assert ran == set(suite.CASES)
