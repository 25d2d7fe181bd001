# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files, functions, types and tests; nothing at file scope that can change."""
import re
import sys
from pathlib import Path

import c_source

EMPTY_WORDS = {"util", "utils", "common", "misc", "helper", "helpers", "manager", "managers"}
TEST_FOLDERS = ("tests/unit", "tests/known_answers", "tests/invariance")


def empty_word(name):
    words = re.split(r"[_.\-]", name.lower())
    return next((word for word in words if word in EMPTY_WORDS), None)


def file_problems(path):
    word = empty_word(Path(path).name)
    if word:
        yield f"{path}:1: '{word}' says nothing; name the file after the concept it holds"
    folder, name = str(Path(path).parent), Path(path).name
    if folder in TEST_FOLDERS and name.endswith(".c") and not (
            name.startswith("test_") or (folder.endswith("invariance") and name.endswith("_driver.c"))):
        yield f"{path}:1: a test program's file is named test_<what>.c, or it is not built"


def test_problems(path, code):
    """A test's name is a sentence: what holds, in three words or more."""
    for match in re.finditer(r"\bcmocka_unit_test\w*\(\s*(\w+)", code):
        name = match.group(1)
        if name.count("_") < 2 or name.startswith("test_"):
            line = c_source.line_of(code, match.start(1))
            yield f"{path}:{line}: {name}: write what holds as a sentence of three words or more"


def code_problems(path, text):
    code = c_source.without_comments(text)
    for match in re.finditer(r"\btypedef\s+(struct|union)\b", code):
        yield (f"{path}:{c_source.line_of(code, match.start())}: no typedef for a {match.group(1)}; "
               f"write '{match.group(1)} name' where it is used")
    for function in c_source.functions(code):
        word = empty_word(function.name)
        if word:
            yield (f"{path}:{function.first_line}: {function.name}: '{word}' says nothing; name what "
                   f"the function does")
    yield from test_problems(path, code)
    if path.startswith(("engine/", "analysis/")):
        for line, name in c_source.mutable_globals(code, path.endswith(".h")):
            yield (f"{path}:{line}: {name} can change at file scope; make it const, or pass it in a "
                   f"struct")


def main(root):
    found = []
    for path in c_source.files(root, "*"):
        name = str(path.relative_to(root))
        found += file_problems(name)
        if path.suffix in (".c", ".h"):
            found += code_problems(name, path.read_text())
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
