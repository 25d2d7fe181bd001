# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that nobody would write by hand: `check` says what is wrong with exit code 2, soon, without
a signal. Each is given as a protocol, a cohort, a table, a model and a base that is extended.
Python's standard library only.
usage: hostile_files.py TWINTRIAL REPOSITORY"""
import os
import random
import shutil
import socket
import subprocess
import sys
from pathlib import Path

LIMIT_S = 10
ROLES = {"protocol": "hostile", "cohort": "as_cohort.yaml", "table": "as_table.yaml",
         "model": "as_model.yaml", "base": "as_base.yaml"}


def contents():
    """name -> bytes"""
    noise = random.Random(20131119)
    small = b"schema: 1\nstudy: {id: a, title: b, duration: P1D}\n"
    return {
        "empty": b"",
        "one line feed": b"\n",
        "only comments": b"# nothing\n" * 1000,
        "only a byte order mark": b"\xef\xbb\xbf",
        "only a number": b"42\n",
        "only a list": b"- 1\n- 2\n",
        "70 MB of comments": b"# " + b"x" * 97 + b"\n" * (70 << 20),
        "10,000 levels of lists": b"[" * 10000 + b"]" * 10000,
        "10,000 open lists": b"[" * 10000,
        "10,000 open mappings": b"{a: " * 10000,
        "10,000 levels by indentation": b"".join(b" " * i + b"a:\n" for i in range(2000)),
        "10,000 dashes": b"- " * 10000,
        "10,000 questions": b"? " * 10000,
        "10,000 parentheses": b"schema: 1\nexpression: " + b"(" * 10000 + b"\n",
        "not UTF-8": small + b"x: \xff\xfe\x80\n",
        "an overlong UTF-8 sequence": small + b"x: \xc0\xaf\n",
        "half a UTF-8 character": small + b"x: \xe2\x82",
        "NUL bytes": small + b"x: a\0b\n",
        "only NUL bytes": b"\0" * 4096,
        "an escaped NUL": small + b'x: "a\\0b"\n',
        "UTF-16": "\ufeffschema: 1\n".encode("utf-16-le"),
        "UTF-16, big": "\ufeffschema: 1\n".encode("utf-16-be"),
        "an alias bomb": b"a: &a [x, x]\n" + b"".join(
            b"%c: &%c [*%c, *%c]\n" % (i + 1, i + 1, i, i) for i in range(ord("a"), ord("z"))),
        "an alias of itself": b"a: &a [*a]\n",
        "a key that is a list": b"[a, b]: c\n",
        "a merge key": b"<<: {schema: 1}\n",
        "a line of 1 MB": b"schema: 1\ntitle: " + b"x" * (1 << 20) + b"\n",
        "a quoted line of 1 MB": b'schema: 1\ntitle: "' + b"x" * (1 << 20) + b'"\n',
        "a key of 1 MB": b"k" * (1 << 20) + b": 1\n",
        "100,000 keys": b"".join(b"key%d: 1\n" % i for i in range(100000)),
        "100,000 times one key": b"key: 1\n" * 100000,
        "100,000 keys in one line": b"{" + b"".join(b"key%d: 1, " % i for i in range(100000)) + b"}",
        "100,000 open parentheses": b"[" + b"(, " * 100000 + b"]",
        "terminal escapes": b"\x1b[2Jschema: 1\n",
        "terminal escapes in a key": b'"\\e[2J\\x9b2J": 1\n',
        "conversion characters": b"%s%n%d: 1\n'%s%s%n': %n\n",
        "random bytes": noise.randbytes(100000),
        "random letters": bytes(noise.choices(b"{}[]:,-?&*!|>'\"%@`# \n\tabc012.", k=100000)),
        "an executable": Path("/proc/self/exe").read_bytes()[:200000],
    }


class Checker:
    def __init__(self, program):
        self.program, self.problems, self.n = program, [], 0

    def check(self, title, protocol, codes=(2,)):
        self.n += 1
        try:
            run = subprocess.run([self.program, "check", protocol], capture_output=True, check=False,
                                 timeout=LIMIT_S, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            self.problems.append(f"{title}: still busy after {LIMIT_S} s")
            return
        is_told = run.returncode == 0 or (b"error: " in run.stderr and not run.stdout)
        is_safe = b"\x1b" not in run.stderr and len(run.stderr) < 200000
        if run.returncode not in codes or not is_told or not is_safe:
            self.problems.append(f"{title}: exit code {run.returncode}, {run.stderr[:400]}")

    def in_every_role(self, title):
        for role, protocol in ROLES.items():
            self.check(f"{title} as {role}", protocol)


def write_protocols(broken):
    """as_X.yaml are sound protocols, but for the file `hostile`."""
    for name in ("protocol.yaml", "cohort.yaml", "patients.csv", "model.yaml"):
        shutil.copy(broken / name, ".")
    sound = Path("protocol.yaml").read_text()
    Path("as_cohort.yaml").write_text(sound.replace("cohort: cohort.yaml", "cohort: hostile"))
    Path("as_model.yaml").write_text(sound.replace("model: model.yaml", "model: ./hostile"))
    Path("as_base.yaml").write_text("schema: 1\nextends: hostile\n")
    Path("as_table.yaml").write_text(sound.replace("cohort.yaml", "table_cohort.yaml"))
    Path("table_cohort.yaml").write_text(
        Path("cohort.yaml").read_text().replace("patients.csv", "hostile"))


def check_no_files(checker):
    """What stands in the place of a file, but is none."""
    hostile = Path("hostile")
    checker.in_every_role("nothing")
    hostile.mkdir()
    checker.in_every_role("a folder")
    hostile.rmdir()
    os.mkfifo(hostile)
    checker.in_every_role("a pipe that nobody writes to")
    hostile.unlink()
    for target in ("/dev/zero", "/dev/full", "/dev/null", "hostile", "/proc/self/mem"):
        hostile.symlink_to(target)
        checker.in_every_role(f"a link to {target}")
        hostile.unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("hostile")
        checker.in_every_role("a socket")
        hostile.unlink()
    if os.getuid() != 0: # the superuser may read everything
        hostile.write_text("schema: 1\n")
        hostile.chmod(0)
        checker.in_every_role("a file that may not be read")
        hostile.unlink()


def check_cut_files(checker, repository):
    """A published protocol, cut every 97 bytes; the places in the inputs are of no matter here."""
    text = (repository / "protocols/eu_pact.yaml").read_bytes()
    text = text.replace(b"../cohorts", str(repository / "cohorts").encode())
    for offset in range(0, len(text), 97):
        Path("hostile").write_bytes(text[:offset])
        codes = (0, 2) if b"seed: 2" in text[:offset] else (2,)
        checker.check(f"eu_pact.yaml up to byte {offset}", "hostile", codes)
    Path("hostile").write_bytes(text)
    checker.check("the whole eu_pact.yaml", "hostile", (0,))


def main(program, repository):
    checker = Checker(program)
    write_protocols(repository / "tests/pipeline/broken")
    checker.check("the sound protocol", "protocol.yaml", (0,))
    check_no_files(checker)
    for title, text in contents().items():
        Path("hostile").write_bytes(text)
        checker.in_every_role(title)
    check_cut_files(checker, repository)
    print("\n".join(checker.problems))
    print(f"{checker.n} files, {len(checker.problems)} problems")
    return 1 if checker.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
