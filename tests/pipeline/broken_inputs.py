# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mistake of broken/*.mistakes is seen at its place, alone, by `check` and by `run`; the form
of those files is explained in broken/README. Python's standard library only.
usage: broken_inputs.py TWINTRIAL FOLDER_OF_BROKEN"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

MARK = "@@"
SOUND = ["protocol.yaml", "extended.yaml", "cohort.yaml", "patients.csv", "model.yaml"]
PLACE = re.compile(r"^(\S+?):(\d+):(\d+): (error|warning): (.*)$")
RUN_EVERY = 7  # a start of the engine takes half a second; a sample of mistakes is enough


class Mistake:
    """One paragraph of a file of mistakes."""

    def __init__(self, paragraph):
        lines = paragraph.splitlines()
        self.title, self.protocol, self.edits, self.messages = lines[0][2:], "protocol.yaml", [], []
        name, last = "protocol.yaml", ""
        for line in lines[1:]:
            kind, text = line[:2].strip(), line[2:]
            if kind == "-":
                if last == "-":
                    self.edits[-1][1].append(text)
                else:
                    self.edits.append((name, [text], []))
            elif kind == "+":
                self.edits[-1][2].append(text)
            elif kind == "!":
                severity, _, rest = text.partition(": ")
                is_warning = severity == "warning"
                self.messages.append(("warning" if is_warning else "error", rest if is_warning else text))
            elif line.startswith("check "):
                self.protocol = line[6:]
            else:
                name = line
            last = kind

    def write(self, sound, folder):
        """The broken files; returns the (file, line, column) of the marks in the order of reports."""
        texts, places = dict(sound), []
        for name, old, new in self.edits:
            old, new = "\n".join(old), "\n".join(new)
            if texts[name].count(old) != 1:
                raise SystemExit(f"{self.title}: '{old}' is {texts[name].count(old)} times in {name}")
            texts[name] = texts[name].replace(old, new)
        for name, text in sorted(texts.items()):
            for number, line in enumerate(text.splitlines(), 1):
                pieces = line.split(MARK)
                column = 1
                for piece in pieces[:-1]:
                    column += len(piece)
                    places.append((name, number, column))
            (folder / name).write_text(text.replace(MARK, ""))
        return places


def paragraphs(folder):
    for path in sorted(folder.glob("*.mistakes")):
        yield from (part for part in re.split(r"\n\n+", path.read_text().strip()) if part)


class Checker:
    def __init__(self, program, sound, folder):
        self.program, self.sound, self.folder, self.problems, self.n_runs = program, sound, folder, [], 0

    def twintrial(self, *words):
        run = subprocess.run([self.program, *words], cwd=self.folder, capture_output=True, text=True,
                             timeout=60, check=False)
        return run.returncode, run.stdout, run.stderr

    def expect(self, mistake, is_right, what):
        if not is_right:
            self.problems.append(f"{mistake.title}: {what}")
        return is_right

    def check(self, mistake):
        places = mistake.write(self.sound, self.folder)
        wanted = [(*place, *message) for place, message in zip(places, mistake.messages)]
        is_error = any(severity == "error" for severity, _ in mistake.messages)
        if not self.expect(mistake, len(places) == len(mistake.messages), "as many @@ as ! are needed"):
            return
        code, out, err = self.twintrial("check", mistake.protocol)
        found = [match.groups() for match in map(PLACE.match, err.splitlines()) if match]
        found = [(name, int(line), int(column), *rest) for name, line, column, *rest in found]
        is_same = len(found) == len(wanted) and all(
            f[:4] == w[:4] and w[4] in f[4] for f, w in zip(found, wanted))
        self.expect(mistake, is_same, f"wanted {wanted}, but it said\n{err}")
        self.expect(mistake, code == (2 if is_error else 0), f"exit code {code}")
        self.expect(mistake, not (is_error and out), f"on standard output: {out}")
        self.check_json(mistake, found)
        if not is_error:
            code, out, _ = self.twintrial("check", "--strict", mistake.protocol)
            self.expect(mistake, (code, out) == (2, ""), f"--strict: exit code {code}")

    def check_json(self, mistake, found):
        """The same places and messages as for people."""
        _, out, err = self.twintrial("check", "--json", mistake.protocol)
        items = [(item["file"], item["line"], item["column"], item["severity"], item["message"])
                 for item in json.loads(out)]
        self.expect(mistake, items == found and not err, f"--json says {items} {err}")

    def run(self, mistake):
        """`run` refuses as well, and leaves nothing."""
        if not any(severity == "error" for severity, _ in mistake.messages):
            return
        self.n_runs += 1
        before = sorted(self.folder.rglob("*"))
        code, out, err = self.twintrial("run", mistake.protocol, "-o", "out.h5")
        words = mistake.messages[0][1]
        self.expect(mistake, code == 2 and not out and words in err, f"run: exit code {code}\n{out}{err}")
        self.expect(mistake, before == sorted(self.folder.rglob("*")), "run left files behind")


def main(program, broken):
    folder = Path("files").absolute()
    folder.mkdir()
    for name in SOUND:
        shutil.copy(broken / name, folder)
    checker = Checker(program, {name: (broken / name).read_text() for name in SOUND}, folder)
    for name in SOUND[:2]:
        code, out, err = checker.twintrial("check", "--strict", name)
        if (code, err) != (0, ""):
            raise SystemExit(f"{name} should be sound, but: {out}{err}")
    mistakes = [Mistake(paragraph) for paragraph in paragraphs(broken)]
    for number, mistake in enumerate(mistakes):
        checker.check(mistake)
        if number % RUN_EVERY == 0:
            checker.run(mistake)
    print("\n".join(checker.problems))
    print(f"{len(mistakes)} mistakes, {checker.n_runs} of them run, {len(checker.problems)} problems")
    return 1 if checker.problems or len(mistakes) < 60 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
