# SPDX-License-Identifier: GPL-3.0-or-later
"""`schema` prints sound JSON Schemas: what is shipped is valid against them, a misspelt key is not;
and `check --resolved` prints a protocol with its defaults, valid too.
usage: schemas.py TWINTRIAL REPOSITORY"""
import copy
import json
import re
import subprocess
import sys
from pathlib import Path

try:
    import jsonschema
    import yaml
except ImportError as problem:
    print(f"schemas: skipped, {problem}")
    sys.exit(0)

FOLDERS = {"protocol": "protocols", "model": "engine/models", "cohort": "cohorts"}


class Core(yaml.SafeLoader):
    """Scalars as in YAML 1.2, as editors read them: yes is a text, 1e-6 a number."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (("null", "~|null|", ["~", "n", ""]), ("bool", "true|false", "tf"),
                            ("int", "[-+]?[0-9]+", "-+0123456789"),
                            ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
                             "-+.0123456789")):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def output_of(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def problems(program, repository):
    for kind, folder in FOLDERS.items():
        schema = json.loads(output_of(program, "schema", f"--for={kind}"))
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        paths = sorted((repository / folder).glob("*.yaml"))
        if not paths:
            yield f"no {folder}"
        for path in paths:
            text = yaml.load(path.read_text(), Loader=Core)
            for error in validator.iter_errors(text):
                yield f"{path}: {list(error.path)}: {error.message}"
            misspelt = copy.deepcopy(text)
            misspelt["schemaa"] = 1
            if validator.is_valid(misspelt):
                yield f"{path}: an unknown key is valid"
            if validator.is_valid([text]):
                yield f"{path}: a list of it is valid"
        if f"## {kind}" not in output_of(program, "schema", f"--for={kind}", "--reference"):
            yield f"no reference of {kind}"


def problems_of_resolved(program, repository):
    path = repository / "protocols/eu_pact.yaml"
    resolved = json.loads(output_of(program, "check", "--resolved", path))
    written = yaml.load(path.read_text(), Loader=Core)
    for key in written:
        if key not in resolved:
            yield f"--resolved lacks {key}"
    defaults = [("simulation", "cohort", "new"), ("simulation", "allowed_failures", 0.01),
                ("allocation", "method", "permuted_block")]
    for section, key, value in defaults:
        if key in written[section] or resolved[section][key] != value:
            yield f"--resolved: {section}.{key} is {resolved[section].get(key)}, not {value}"


def main(program, repository):
    found = list(problems(program, repository)) + list(problems_of_resolved(program, repository))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
