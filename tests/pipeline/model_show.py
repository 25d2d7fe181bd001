# SPDX-License-Identifier: GPL-3.0-or-later
"""LaTeX whose braces, environments, delimiters and columns fit together."""
import re
import sys

TOKEN = re.compile(r"\\(?:begin|end)\{(\w+)\}|\\left(?![a-z])|\\right(?![a-z])|\\.|[{}$]", re.S)


def problems(text):
    open_ones = []
    for match in TOKEN.finditer(text):
        token = match.group(0)
        if token.startswith(r"\begin"):
            open_ones.append("end " + match.group(1))
        elif token in ("{", r"\left"):
            open_ones.append({"{": "}", r"\left": r"\right"}[token])
        elif token == "$" and "$" not in open_ones:
            open_ones.append("$")
        elif token in ("}", r"\right", "$") or token.startswith(r"\end"):
            wanted = "end " + match.group(1) if match.group(1) else token
            if not open_ones or open_ones.pop() != wanted:
                yield f"at {match.start()}: {token} without a beginning"
                return
    if open_ones:
        yield f"not closed: {open_ones}"
    rows = re.search(r"\\begin\{tabular\}\{(l+)\}\n(.*)\\end\{tabular\}", text, re.S)
    for row in rows.group(2).replace("\\hline\n", "").strip().splitlines():
        if len(re.findall(r"(?<!\\)&", row)) != len(rows.group(1)) - 1:
            yield f"not {len(rows.group(1))} columns: {row}"


def main(paths):
    found = [f"{path}: {problem}" for path in paths for problem in problems(open(path).read())]
    print("\n".join([*found, f"{len(paths)} files, {len(found)} problems"]))
    return 1 if found or len(paths) < 14 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
