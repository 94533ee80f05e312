"""What the Python harnesses share: the line to the runner, and the report of one session."""

import json
import sys
from collections import Counter


class Report:
    """What was decoded and what was not as it should be. A session is accepted when every list is empty."""

    def __init__(self):
        self.messages = Counter()
        self.surplus = []
        self.errors = []
        self.failed = []
        self.checks = 0

    def check(self, fits, what):
        self.checks += 1
        if not fits:
            self.failed.append(what)
        return fits

    def equal(self, is_, wanted, what):
        return self.check(is_ == wanted, f"{what}: {is_!r} instead of {wanted!r}")

    def tell(self):
        print(json.dumps({"report": {
            "messages": self.messages,
            "surplus": self.surplus[:50],
            "errors": self.errors[:50],
            "failed": self.failed[:50],
            "checks": self.checks,
        }}), flush=True)


def runner(**what):
    """Has the runner do something to the simulator: fault={…}, manual={…} or call=[name, …]; returns when it is done."""
    print(json.dumps(what), flush=True)
    answer = sys.stdin.readline()
    if answer != "ok\n":
        raise RuntimeError(f"the runner says {answer!r}")
