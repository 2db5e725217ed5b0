"""Differences that are meant: lists of them in tests/data, each with its reason.

An entry has any of the keys of a difference, as regular expressions of the whole value; absent ones match everything.
"""

import re
import tomllib


def load(path):
    """The entries of a list."""
    return tomllib.loads(path.read_text(encoding="utf-8")).get("difference", []) if path.exists() else []


def covers(entries, **found):
    """Whether an entry covers a difference."""
    return any(
        all(re.fullmatch(str(value), found[key], re.DOTALL) for key, value in entry.items() if key != "reason")
        for entry in entries
    )
