#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `twintrial model show`: structure and LaTeX of a linear, a mixed and a stiff model, to the letter;
# of every model of the library, LaTeX whose braces and environments are in balance, and which
# pdflatex takes where it is installed.
. "$(dirname "$0")/../script_begin"
shown=$SOURCE_DIR/tests/pipeline/shown

for model in pk_1cmt indirect_response_2 tmdd_full; do
  "$TWINTRIAL" model show $model >$model.txt
  sed -n '/^Structure/,/^$/p' $model.txt >$model.structure
  "$TWINTRIAL" model show $model --latex >$model.tex
  diff $model.structure "$shown/$model.structure" || fail "$model: other structure"
  diff $model.tex "$shown/$model.tex" || fail "$model: other LaTeX"
done

cat >awkward.yaml <<'END'
schema: 1
model: awkward
title: Words that LaTeX must not take for its own
covariates: {G: {categories: ["*1/*1", "a_b & c"]}}
parameters:
  k_e: {value: 1e-7 1/h, times: "lookup(G, '*1/*1': 1, 'a_b & c': 50 %)", label: "5 % of \\end{align} $x_1$ ~^#", source: here}
  B: {by: G, values: {"*1/*1": 2 mg, "a_b & c": 3 mg}, source: here}
states:
  A_1: {unit: mg, initial: B, rate: "if(TIME > 2 h and not (A_1 < 1e-9 mg), -k_e * A_1, 0 mg/h)"}
chains: {C: {states: 2, unit: mg, rate: k_e + 1 / 2 h, input: -k_e * A_1}}
events: {low: {when: A_1 < 1 mg}}
outputs:
  Y: {unit: mg, expression: "max(-A_1, -(A_1 + B))"}
  Z: {unit: mg, expression: "if(low, 1 h, first(low)) * C_out"}
END
"$TWINTRIAL" model show awkward.yaml --latex >awkward.tex
diff awkward.tex "$shown/awkward.tex" || fail "awkward: other LaTeX"

for path in "$SOURCE_DIR"/engine/models/*.yaml; do
  name=$(basename "$path" .yaml)
  "$TWINTRIAL" model show "$name" >"$name.txt"
  grep -q '^  Solver: ' "$name.txt" || fail "$name: no solver"
  "$TWINTRIAL" model show "$name" --latex >"$name.tex"
done
/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/model_show.py" ./*.tex
if command -v pdflatex >/dev/null; then
  {
    printf '\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage{amsmath}\n\\begin{document}\n'
    for path in *.tex; do printf '\\input{%s}\n\n' "${path%.tex}"; done
    printf '\\end{document}\n'
  } >all_models.latex
  pdflatex -interaction=nonstopmode -halt-on-error all_models.latex >pdflatex.log ||
    fail "pdflatex: $(tail -n 20 pdflatex.log)"
else
  echo "pdflatex is not installed: only the balance was checked"
fi
