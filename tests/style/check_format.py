# SPDX-License-Identifier: GPL-3.0-or-later
"""clang-format 14 over all C files."""
import shutil
import subprocess
import sys

import c_source

SKIPPED = 77


def main(root):
    if not shutil.which("clang-format-14"):
        print("skipped: there is no clang-format-14 here (Debian package clang-format-14)")
        return SKIPPED
    paths = [str(path) for path in c_source.files(root, "*.c", "*.h")]
    run = subprocess.run(["clang-format-14", "--style=file", "--dry-run", "-Werror",
                          "--ferror-limit=3", *paths],
                         cwd=root, capture_output=True, text=True, check=False)
    wrong = sorted({line.split(":")[0] for line in run.stderr.splitlines() if ": error:" in line})
    for line in run.stderr.splitlines():
        if ": error:" in line:
            print(line)
    if wrong:
        print("mend: clang-format-14 -i " + " ".join(wrong))
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
