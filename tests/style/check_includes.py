# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see whom (allowed_includes.txt) and one dependency, one door (doors.txt)."""
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

import c_source

HERE = Path(__file__).parent
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"]+)[>\"]", re.M)


def read_table(text):
    """Lines `key : values`, comments with #."""
    table = {}
    for line in text.splitlines():
        line = line.split("#")[0]
        if line.strip():
            key, _, values = line.partition(":")
            table[key.strip()] = values.split()
    return table


def includes(text):
    for match in INCLUDE.finditer(text):
        yield c_source.line_of(text, match.start(1)), match.group(1), match.group(2)


def folder_problem(path, header, allowed):
    """What is wrong with `#include "folder/x.h"` in a file of engine/ or analysis/, or None."""
    folder = str(Path(path).parent)
    own = Path(folder).name
    seen = header.split("/")[0] if "/" in header else own
    may_see = allowed.get(folder)
    if may_see is None:
        return f"folder {folder} has no line in tests/style/allowed_includes.txt; add one"
    if seen == own or seen in may_see or "*" in may_see:
        return None
    return (f"{folder} may not include {header}; pass what it needs from above, or move the code "
            f"(allowed: {' '.join(may_see) or 'nothing'}; see tests/style/allowed_includes.txt)")


def door_problem(path, header, doors):
    """What is wrong with including a dependency's header in this file, or None."""
    for pattern, places in doors.items():
        if fnmatch(header, pattern) and not any(fnmatch(path, place) for place in places):
            return (f"{header} may be included only by {' '.join(places) or 'nobody'}; use what "
                    f"those files offer (tests/style/doors.txt)")
    return None


def problems(path, text, allowed, doors):
    for line, bracket, header in includes(text):
        problem = door_problem(path, header, doors)
        if not problem and bracket == '"':
            problem = folder_problem(path, header, allowed)
        if problem:
            yield f"{path}:{line}: {problem}"


def main(root):
    allowed = read_table((HERE / "allowed_includes.txt").read_text())
    doors = read_table((HERE / "doors.txt").read_text())
    found = []
    for path in c_source.files(root, "*.c", "*.h"):
        name = str(path.relative_to(root))
        if name.startswith(("engine/", "analysis/")):
            found += problems(name, path.read_text(), allowed, doors)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
