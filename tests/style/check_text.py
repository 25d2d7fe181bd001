# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the files: a licence line, no banners, nothing left to do, no path of one machine."""
import re
import sys

import c_source

SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"
SOURCES = {".c", ".h", ".py", ".sh", ".R", ".cmake"}
BANNER = re.compile(r"^\s*(?:/\*+|//|#|\*)\s*[-=*#_~+/]{5,}")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7}) ")
# A home, a scratch or a build folder of the machine on which somebody wrote the line.
MACHINE_PATH = re.compile(r"(?<![\w~.}$)/-])/(?:root|home|work|Users|tmp/wt-|tmp/build)[/\w-]+")


def is_source(path, text):
    return path.suffix in SOURCES or path.name == "CMakeLists.txt" or text.startswith("#!")


def problems(name, path, text):
    lines = text.splitlines()
    source = is_source(path, text)
    if source and not any(SPDX in line for line in lines[:2]):
        yield f"{name}:1: the first line (the second after #!) must hold '{SPDX}'"
    for number, line in enumerate(lines, 1):
        if source and BANNER.match(line):
            yield f"{name}:{number}: no banners; a blank line separates, a sentence explains"
        if source and UNFINISHED.search(line):
            yield f"{name}:{number}: finish it, or say in the documentation what is missing"
        if CONFLICT.match(line):
            yield f"{name}:{number}: a merge was left half done; choose one side"
        if MACHINE_PATH.search(line):
            yield (f"{name}:{number}: '{MACHINE_PATH.search(line).group()}' exists on one machine; "
                   f"name a path relative to the repository, or a variable")


def main(root):
    found = []
    for path in c_source.files(root, "*"):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += problems(str(path.relative_to(root)), path, text)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
