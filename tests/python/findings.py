"""What a program found wrong, said once at its end."""

import sys
from typing import Any


class Findings:
    """Collects what is wrong; `end` prints it and exits with 1, or says that all is well."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._wrong: list[str] = []
        self._checked = 0

    def check(self, holds: bool, otherwise: str) -> None:
        """Something that must hold, and the sentence for when it does not."""
        self._checked += 1
        if not holds:
            self._wrong.append(otherwise)

    def equal(self, what: str, found: Any, wanted: Any) -> None:
        """Two values that must be equal."""
        self.check(found == wanted, f"{what}: {found!r}, not {wanted!r}")

    def end(self) -> None:
        """Exits with 1 if anything is wrong."""
        for line in self._wrong:
            print(f"WRONG {line}")
        print(f"{self._what}: {self._checked} checks, {len(self._wrong)} wrong")
        sys.exit(1 if self._wrong or not self._checked else 0)
