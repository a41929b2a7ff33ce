"""Every fault that the simulator promises by name is met by a test of what the user then sees."""

from __future__ import annotations

import re
from pathlib import Path

NAMES = (
    "drop stall half-open split-frames 1100 1101 1102 2110 farm-flap in-use id-rollback drop-placement double-perm "
    "late-fill no-status late-end no-end undecodable 399 404 10349 451 201 110 slow-whatif no-whatif read-only "
    "silent-accept pacing restart survivor no-global-cancel lying-list cancel-by-other ledger-prefix"
)
TESTS = Path(__file__).resolve().parents[1] / "contract" / "engine"


def test_every_fault_has_a_test_when_the_files_are_read() -> None:
    raised = {
        name for file in TESTS.glob("test_faults_*.py") for name in re.findall(r'fault\("([\w-]+)"', file.read_text())
    }

    assert set(NAMES.split()) - raised == set()
