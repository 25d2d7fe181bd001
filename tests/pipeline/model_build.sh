#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `twintrial model build`: a user's model is compiled and used, a file that is not what was built is
# not, and without a compiler everything works but the build. No text of the model reaches C.
. "$(dirname "$0")/../script_begin"
export TWINTRIAL_KERNELS=$PWD/kernels

# Every name, label and text of this model has this word in it.
cat >mine.yaml <<'END'
schema: 1
model: zorblax_model
title: "zorblax title \" */ #error zorblax"
description: "zorblax */ \"); } int zorblax(void) { /* ${HOME} $(touch zorblax) ' \\"
covariates:
  WT: {unit: kg, label: "zorblax *\\/ weight"}
parameters:
  zorblax_k: {value: 0.3 1/h, times: "(WT / 70 kg) ^ 0.75", variability: {sd: 0.2}, label: "zorblax \" rate", source: "zorblax */"}
  zorblax_v: {value: 8 L, source: "zorblax's"}
derived:
  zorblax_c: {unit: mg/L, expression: zorblax_a / zorblax_v, label: "zorblax"}
states:
  zorblax_a: {unit: mg, rate: -zorblax_k * zorblax_a / (1 + zorblax_c / 2 mg/L), label: "zorblax\nstate"}
routes:
  zorblax_in: {state: zorblax_a, label: zorblax}
outputs:
  zorblax_out: {unit: mg/L, expression: "if(zorblax_c > 1e-3 mg/L, zorblax_c, 1e-3 mg/L)", label: zorblax}
END
cat >cohort.yaml <<'END'
schema: 1
cohort: weights
title: Weights
covariates:
  WT: {unit: kg, normal: {mean: 70, sd: 10}, source: invented}
END
# protocol NAME MODEL PARAMETERS
protocol() {
  cat >"$1.yaml" <<END
schema: 1
study: {id: BUILT, title: A compiled model, duration: P2D}
population: {cohort: cohort.yaml, size: 60}
truth: {model: $2, parameters: $3}
interventions: {drug: {route: zorblax_in, unit: mg}}
arms: [{name: all, administrations: [{intervention: drug, dose: 100 mg, frequency: P1D}]}]
encounters: [{times: [1 h, 5 h, 20 h, 30 h], measure: zorblax_out}]
simulation: {replicates: 2, seed: 7}
END
}
protocol trial mine.yaml '{}'
protocol changed mine.yaml '{zorblax_k: 0.5 1/h}'
sed 's/(1 + zorblax_c/(5 + zorblax_c/; s/zorblax_model/other_model/' mine.yaml >theirs.yaml
protocol other theirs.yaml '{}'

# ran NAME KIND ARGUMENTS...: the run ended well, with equations of that kind
ran() {
  "$TWINTRIAL" run --progress none --fresh --force "$3" -o "$1.h5" "${@:4}" >"$1.out" 2>"$1.err" ||
    fail "$1: exit code $?: $(cat "$1.err")"
  [ "$(json_of "$1.run.json" '["solvers"][0]["equations"]')" = "$2" ] ||
    fail "$1: not $2: $(cat "$1.run.json" "$1.err")"
}

# refused WORDS COMMAND...: exit code 5, and nothing is left
refused() {
  local code=0
  "${@:2}" >refused.out 2>&1 || code=$?
  [ "$code" = 5 ] || fail "${*:2}: exit code $code: $(cat refused.out)"
  grep -qF -- "$1" refused.out || fail "${*:2}: does not say '$1': $(cat refused.out)"
  [ -z "$(ls -A kernels 2>/dev/null)" ] || fail "${*:2}: left $(ls -A kernels)"
}

ran before interpreted trial.yaml
refused "cannot start the C compiler 'no-such-cc'" env CC=no-such-cc "$TWINTRIAL" model build mine.yaml
refused "cannot start the C compiler 'cc': No such file or directory (set CC to another)" \
  env -u CC PATH="$PWD/nowhere" "$TWINTRIAL" model build mine.yaml
refused "the C compiler failed" env CC=false "$TWINTRIAL" model build mine.yaml
refused "cannot make the folder mine.yaml/x" "$TWINTRIAL" model build mine.yaml --into=mine.yaml/x

# A compiler that keeps what it is given.
cat >keep <<END
#!/bin/sh
for word; do case \$word in *.c) cp "\$word" "$PWD/seen.c" ;; esac; done
exec cc "\$@"
END
chmod +x keep
CC=$PWD/keep "$TWINTRIAL" model build mine.yaml >build.out
[ -s seen.c ] || fail "the compiler saw nothing"
if grep -in zorblax seen.c; then fail "the model's text is in the C file"; fi
# Nor anything else than the emitter's own words.
if grep -onE '[A-Za-z_][A-Za-z_0-9]*' <(sed 's/0x[0-9a-f.]*p[+-][0-9]*//g; s|^/\*.*\*/$||' seen.c) | cut -d : -f 2 |
  sort -u | grep -vE '^([abpv]|v[0-9]+|[A-Z_]+|lanes(_[a-z]+)?|(this|these)_[a-z]+|model_lanes|__builtin_[a-z]+)$' |
  grep -vE '^(static|const|restrict|struct|void|int|define|include|solver|kernel_(begin|end)|h|i|m|out|inputs)$'; then
  fail "words that the emitter does not have"
fi
object=$(find kernels -name '*.so')
[ "$(find kernels -type f | wc -l)" = 2 ] || fail "not one object and its hash: $(ls -A kernels)"
grep -qF "zorblax_model: $object" build.out || grep -q "zorblax_model: .*$(basename "$object")" build.out ||
  fail "says $(cat build.out)"
[ ! -e zorblax ] || fail "a text of the model was run by a shell"

ran after compiled trial.yaml
cmp before.h5 after.h5
[ "$(json_of after.run.json '["solvers"][0]["kernel"]')" = "$(basename "$object" .so)" ] || fail "the kernel's name"
[ "$(json_of after.run.json '["solvers"][0]["kernel_sha256"]')" = "$(sha256sum <"$object" | cut -d ' ' -f 1)" ] ||
  fail "the kernel's hash"
[ ! -s after.err ] || fail "says $(cat after.err)"
ran not_wanted interpreted trial.yaml --interpret
cmp before.h5 not_wanted.h5
ran changed compiled changed.yaml # a value is not an equation
ran other interpreted other.yaml
ran changed_interpreted interpreted changed.yaml --interpret
cmp changed.h5 changed_interpreted.h5
if cmp -s before.h5 changed.h5; then fail "the changed value changes nothing"; fi

# Every byte counts; the results do not change.
cp "$object" whole.so
for place in 100 4096 "$(($(stat -c %s whole.so) / 2))" "$(($(stat -c %s whole.so) - 1))"; do
  /usr/bin/python3 - "$object" "$place" <<'END'
import sys
path, place = sys.argv[1], int(sys.argv[2])
data = bytearray(open(path, "rb").read())
data[place] ^= 1
open(path, "wb").write(data)
END
  ran flipped interpreted trial.yaml
  grep -q 'warning: .*is not what was built (its SHA-256 differs); the model is interpreted' flipped.err ||
    fail "no warning: $(cat flipped.err)"
  [ "$(wc -l <flipped.err)" = 1 ] || fail "says it more than once: $(cat flipped.err)"
  cmp before.h5 flipped.h5
  [ "$place" = 100 ] || { cp whole.so "$object" && continue; }
  simulate 2 trial.yaml -o ranks.h5
  [ "$(grep -c warning simulate.log)" = 1 ] || fail "not said by one rank: $(cat simulate.log)"
  cmp before.h5 ranks.h5
  cp whole.so "$object"
done
mv "$object.sha256" kept.sha256
ran unvouched interpreted trial.yaml
grep -q 'is not what was built' unvouched.err || fail "no warning: $(cat unvouched.err)"
cmp before.h5 unvouched.h5

# Another program's bytes under that name, with a hash that fits: not an object for this processor.
echo "not an object" >"$object"
sha256sum <"$object" | cut -d ' ' -f 1 | tr -d '\n' >"$object.sha256"
ran text interpreted trial.yaml
grep -q 'warning: .*the model is interpreted' text.err || fail "no warning: $(cat text.err)"
cmp before.h5 text.h5

# The kernel of another model under that name, and a library without functions.
"$TWINTRIAL" model build theirs.yaml --into=their_kernels >build.out
cc -shared -o nothing.so -x c /dev/null
for impostor in their_kernels/*.so nothing.so; do
  cp "$impostor" "$object"
  sha256sum <"$object" | cut -d ' ' -f 1 | tr -d '\n' >"$object.sha256"
  ran impostor interpreted trial.yaml
  grep -q 'warning: .* holds another model; the model is interpreted' impostor.err || fail "no warning: $(cat impostor.err)"
  cmp before.h5 impostor.h5
done

# A new build mends it, and sweeps up what a build that was killed has left, but not of one that runs.
name=$(basename "$object" .so)
touch -d '2 hours ago' "kernels/.$name.123.c" "kernels/.$name.123.4.o" kernels/.note
touch "kernels/.$name.124.c"
"$TWINTRIAL" model build mine.yaml >build.out
ran mended compiled trial.yaml
cmp before.h5 mended.h5
[ "$(find kernels -name '.*' -type f | sort | tr '\n' ' ')" = "kernels/.$name.124.c kernels/.note " ] ||
  fail "swept: $(ls -A kernels)"

# Without a compiler, runs are as before; in the user's cache, too. (Open MPI needs other programs.)
mkdir bin
cp -s /usr/bin/* bin/ 2>/dev/null || true
rm -f bin/cc bin/c[89]9* bin/*gcc* bin/*clang* bin/tcc
if env -u CC PATH="$PWD/bin" "$TWINTRIAL" model build mine.yaml >build.out 2>&1; then fail "a compiler is left"; fi
env -u CC PATH="$PWD/bin" "$TWINTRIAL" run --progress none trial.yaml -o no_compiler.h5 >no_compiler.out 2>&1 ||
  fail "without a compiler: $(cat no_compiler.out)"
cmp before.h5 no_compiler.h5
mkdir cache
unset TWINTRIAL_KERNELS
XDG_CACHE_HOME=$PWD/cache "$TWINTRIAL" model build mine.yaml >build.out
[ -f "cache/twintrial/kernels/$name.so" ] || fail "not in the cache: $(find cache)"
XDG_CACHE_HOME=$PWD/cache ran cached compiled trial.yaml
cmp before.h5 cached.h5
