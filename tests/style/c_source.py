# SPDX-License-Identifier: GPL-3.0-or-later
"""What the style checks know of C: its text without comments, its functions, its file-scope
declarations. A scanner of braces and parentheses, not a parser: enough for code of this style."""
import re
from pathlib import Path

SKIPPED_FOLDERS = {".git", "__pycache__", ".cache"}
CONTROL = re.compile(r"\b(if|for|while|switch)\s*$")


def files(root, *patterns):
    """Files of the repository whose names match one of the patterns; no build folders."""
    root = Path(root)
    found = []
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if SKIPPED_FOLDERS.intersection(parts) or parts[0].startswith("build"):
            continue
        if path.is_file() and any(path.match(pattern) for pattern in patterns):
            found.append(path)
    return found


def without_comments(text):
    """The same lines with comments, text literals and preprocessor lines blanked out."""
    token = re.compile(
        r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:\\\n|[^\n])*",
        re.S | re.M)

    def blank(match):
        piece = match.group()
        if piece[0] in "\"'":
            return piece[0] + " " * (len(piece) - 2) + piece[0]
        return re.sub(r"[^\n]", " ", piece)
    return token.sub(blank, text)


class Function:
    def __init__(self, name, parameters, start, first_line, last_line, nesting):
        self.name = name
        self.parameters = parameters
        self.start = start
        self.first_line = first_line
        self.lines = last_line - first_line + 1
        self.nesting = nesting


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def closing(text, offset, brackets):
    """Where the bracket that opens at `offset` closes; the end of the text if it does not."""
    depth = 0
    for place in range(offset, len(text)):
        if text[place] == brackets[0]:
            depth += 1
        elif text[place] == brackets[1]:
            depth -= 1
            if depth == 0:
                return place
    return len(text) - 1


def opens_block(text, brace):
    """A `{` of a statement, not of an initialiser or a compound literal."""
    before = text[:brace].rstrip()
    if not before.endswith(")"):
        return before.endswith(("else", "do", ":", ";", "{", "}"))
    depth = 0
    for place in range(len(before) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(before[place], 0)
        if depth == 0:
            return CONTROL.search(before[:place]) is not None
    return False


def nesting_of(text, start, end):
    """How deep statements stand inside the braces of a function body: 0 for its own level."""
    deepest, stack = 0, []
    for place in range(start + 1, end):
        if text[place] == "{":
            stack.append(opens_block(text, place))
            deepest = max(deepest, sum(stack))
        elif text[place] == "}" and stack:
            stack.pop()
    return deepest


def statements(text):
    """(offset, head, offset of `{` or -1, offset of the end) of everything at file scope."""
    start, place = 0, 0
    while place < len(text):
        if text[place] == "(":
            place = closing(text, place, "()")
        elif text[place] == ";":
            yield start, text[start:place], -1, place
            start = place + 1
        elif text[place] == "{":
            end = closing(text, place, "{}")
            head = text[start:place]
            if is_function_head(head):
                yield start, head, place, end
                start = end + 1
            place = end
        place += 1


def is_function_head(head):
    head = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", head, flags=re.S).rstrip()
    return head.endswith(")") and "=" not in head


def functions(text):
    """Every function defined in a text whose comments are blanked."""
    found = []
    for start, head, brace, end in statements(text):
        name = re.search(r"\b(?!__attribute__)([A-Za-z_]\w*)\s*\(", head)
        if brace < 0 or not name:
            continue
        opening = start + name.end() - 1
        first = line_of(text, start + len(head) - len(head.lstrip()))
        found.append(Function(name.group(1),
                              parameters_of(text[opening + 1:closing(text, opening, "()")]),
                              start + name.start(1), first, line_of(text, end),
                              nesting_of(text, brace, end)))
    return found


def parameters_of(inside):
    """How many parameters stand between the parentheses of a declaration."""
    if inside.strip() in ("", "void"):
        return 0
    depth, commas = 0, 0
    for letter in inside:
        depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(letter, 0)
        commas += letter == "," and depth == 0
    return commas + 1


def mutable_globals(text, is_header=False):
    """(line, name) of variables at file scope that can change; a signal's flag may. In a header
    `type name;` declares a function by the name of its type."""
    found = []
    for start, head, brace, end in statements(text):
        declared = re.sub(r"__attribute__\s*\(\(.*?\)\)|_Alignas\s*\(.*?\)", "", head, flags=re.S)
        declared = re.sub(r"\{.*\}", "", declared, flags=re.S).split("=")[0].strip()
        if brace >= 0:
            continue
        if not declared or re.match(r"(typedef|_Static_assert|static_assert)\b", declared):
            continue
        if re.fullmatch(r"(struct|union|enum)(\s+\w+)?", declared) or "sig_atomic_t" in declared:
            continue
        pointer_to_function = re.match(r"[\w\s*]+\(\s*\*\s*(const\b)?\s*(\w+)[^()]*\)\s*\(", declared)
        if pointer_to_function and not pointer_to_function.group(1):
            found.append((line_of(text, end), pointer_to_function.group(2)))
        if "(" in declared or (is_header and not re.match(r"(static|extern)\b", declared)):
            continue
        name = re.search(r"(\w+)\s*(\[[^]]*\]\s*)*$", declared)
        last_star = declared.rfind("*")
        constant = re.search(r"\bconst\b", declared[last_star + 1:])
        if name and len(declared.split()) > 1 and not constant:
            found.append((line_of(text, start + len(head) - len(head.lstrip())), name.group(1)))
    return found
