# SPDX-License-Identifier: MIT
"""What all tests share: the choice between the quick and the long run, and the
command that reruns a test that failed."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true",
                     help="run the slow sweeps too (make test-long)")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--long"):
        return
    skip = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=skip)
    items[:] = [item for item in items if item not in skip]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    setattr(item, f"report_{report.when}", report)
    if report.failed:
        target = "test-long" if item.get_closest_marker("long") else "test"
        report.sections.append(
            ("rerun", f"make {target} ONLY='test/{item.nodeid}'"))
