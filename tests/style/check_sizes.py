# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes that make one look twice; size_exceptions.txt lists the few that are right as they are."""
import sys
from pathlib import Path

import c_source

HERE = Path(__file__).parent
HEADER_LINES, SOURCE_LINES, FUNCTION_LINES, PARAMETERS, NESTING = 150, 500, 60, 5, 3


def read_exceptions(text):
    """(file or file:function, what) -> limit. Every line needs its reason."""
    limits = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        place, what, limit, reason = (field.strip() for field in line.split("|", 3))
        if not reason:
            raise SystemExit(f"tests/style/size_exceptions.txt: no reason given for {place}")
        limits[place, what] = int(limit)
    return limits


def problems(path, text, exceptions):
    code = c_source.without_comments(text)
    lines = text.count("\n")
    limit = HEADER_LINES if path.endswith(".h") else SOURCE_LINES
    limit = exceptions.get((path, "lines"), limit)
    if lines > limit:
        yield (f"{path}:{limit + 1}: {lines} lines, at most {limit}; a concept in it wants a file "
               f"of its own")
    for function in c_source.functions(code):
        place = f"{path}:{function.name}"
        for what, size, limit, mend in (
                ("lines", function.lines, FUNCTION_LINES, "give a part of it a name"),
                ("parameters", function.parameters, PARAMETERS,
                 "some of them belong together in a record"),
                ("nesting", function.nesting, NESTING,
                 "return early, or give the inner part a name")):
            limit = exceptions.get((place, what), limit)
            if size > limit:
                yield (f"{path}:{function.first_line}: {function.name} has {what} {size}, at most "
                       f"{limit}; {mend}")


def main(root):
    exceptions = read_exceptions((HERE / "size_exceptions.txt").read_text())
    found = []
    for path in c_source.files(root, "*.c", "*.h"):
        found += problems(str(path.relative_to(root)), path.read_text(), exceptions)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
