#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line: help, wrong words, quick starts, and what happens to files when a folder, a disk
# or a run ends too early. Exit codes are those that `twintrial help` prints.
. "$(dirname "$0")/../script_begin"
trial=$SOURCE_DIR/tests/pipeline/broken/protocol.yaml # sound, in spite of its folder

# expect CODE WORDS COMMAND...: the exit code, and the words in what was said; leaves out, err
expect() {
  local code=$1 words=$2 got=0
  shift 2
  timeout 120 "$@" >out 2>err </dev/null || got=$?
  [ "$got" = "$code" ] || fail "$* : exit code $got instead of $code: $(cat out err)"
  cat out err | grep -qF -- "$words" || fail "$* : does not say '$words': $(cat out err)"
}

# refused CODE WORDS ARGUMENTS...: nothing but a message
refused() {
  expect "$1" "$2" "$TWINTRIAL" "${@:3}"
  [ ! -s out ] || fail "twintrial ${*:3} : on standard output: $(cat out)"
}

expect 0 "twintrial $(sed -n 's/^project(twintrial VERSION \([^ ]*\) .*/\1/p' "$SOURCE_DIR/CMakeLists.txt")" \
  "$TWINTRIAL" --version
expect 0 'Exit codes: 0 ok' "$TWINTRIAL" --help
commands=$("$TWINTRIAL" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 8 ] || fail "commands: $commands"
for command in $commands; do
  expect 0 "twintrial $command" "$TWINTRIAL" help "$command"
  cp out help
  expect 0 "twintrial $command" "$TWINTRIAL" "$command" --help
  cmp out help
done

refused 2 "unknown command 'chekc'; did you mean 'check'?" chekc
refused 2 "unknown command 'chekc'; did you mean 'check'?" help chekc
refused 2 "unknown command '--versio'; did you mean '--version'?" --versio
refused 2 "unknown command 'frobnicate'; see \`twintrial help\`" frobnicate
refused 2 "check: unknown option '--jsn'; did you mean '--json'?" check --jsn x
refused 2 "run: unknown option '--replicate'; did you mean '--replicates'?" run --replicate 3 x
refused 2 "check needs PROTOCOL.yaml" check
refused 2 "run needs PROTOCOL.yaml" run
refused 2 "analyze needs RUN.h5" analyze
refused 2 "'b' is one word too many" check a b
refused 2 "option --json takes no value" check --json=yes x
refused 2 "option --replicates needs a value: N" run x --replicates
refused 2 "needs a whole number from 1 to 1,000,000,000, not '0'" run --replicates 0 x
refused 2 "needs a whole number from 1 to 1,000,000,000, not '1e3'" run --patients=1e3 x
refused 2 "--rtol must be between 1e-13 and 0.1" run --rtol 2 x
refused 2 "unknown progress style 'bat'; did you mean 'bar'?" run --progress bat x
refused 2 "there are protocol, model and cohort" schema --for protocl
refused 2 "unknown action 'shw'; did you mean 'show'?" model shw pk_1cmt
refused 2 "no library model 'pk_1cm'; did you mean 'pk_1cmt'?" model show pk_1cm
refused 2 "no shell 'tcsh'; there are bash, zsh and fish" completion tcsh
refused 2 "cannot read 'nothing.yaml': No such file or directory" check nothing.yaml
refused 2 "cannot read 'nothing.yaml': No such file or directory" run nothing.yaml
refused 5 "cannot open nothing.h5: No such file or directory" show nothing.h5
refused 5 "cannot open nothing.h5: No such file or directory" analyze nothing.h5
refused 2 "is not an HDF5 file" show "$trial"
expect 0 'pk_1cmt' "$TWINTRIAL" model list
expect 0 'dAC/dt = KA' "$TWINTRIAL" model show pk_1cmt
expect 0 'ok' "$TWINTRIAL" model check "$SOURCE_DIR/engine/models/pk_1cmt.yaml"

# The thin program starts without MPI, PETSc and HDF5, and in milliseconds.
if ldd "$TWINTRIAL" | grep -iE 'mpi|petsc|hdf5'; then fail "the thin program loads them"; fi
LD_DEBUG=libs "$TWINTRIAL" check "$SOURCE_DIR/protocols/eu_pact.yaml" 2>err
if grep -iE 'calling init:.*(mpi|petsc|hdf5)' err; then fail "check loads them"; fi
if ldd "$TWINTRIAL" | grep -q libasan; then
  echo "start times: not measured with sanitizers"
else
  for arguments in "check $SOURCE_DIR/protocols/eu_pact.yaml" schema help; do
    for _ in {1..20}; do
      begin=$(date +%s%N)
      # shellcheck disable=SC2086 # several words on purpose
      "$TWINTRIAL" $arguments >/dev/null
      echo $(($(date +%s%N) - begin))
    done | sort -n | sed -n 10p >median
    echo "${arguments%% *}: median of 20 starts $(($(cat median) / 1000)) us"
    [ "$(cat median)" -lt 50000000 ] || fail "twintrial $arguments takes longer than 50 ms"
  done
fi

/usr/bin/python3 "$SOURCE_DIR/tests/pipeline/schemas.py" "$TWINTRIAL" "$SOURCE_DIR"

# Completion: the script is sound and completes commands, options and files.
"$TWINTRIAL" completion bash >completion.bash
bash -n completion.bash
mkdir files && touch files/one.yaml
complete_word() {
  bash -c '. ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _twintrial
    echo "${COMPREPLY[*]}"' bash "$@"
}
[ "$(complete_word twintrial che)" = check ] || fail "completes: $(complete_word twintrial che)"
[ "$(complete_word twintrial run --rep)" = --replicates ] || fail "completes no option"
[ "$(complete_word twintrial model sh)" = show ] || fail "completes no action"
[ "$(complete_word twintrial check files/o)" = files/one.yaml ] || fail "completes no file"
"$TWINTRIAL" completion fish | grep -q 'complete -c twintrial' || fail "fish"
"$TWINTRIAL" completion zsh | grep -q '^#compdef twintrial' || fail "zsh"

# A run, again, with other inputs, with force.
run=("$TWINTRIAL" run --progress none "$trial" -o)
expect 0 'small.h5: 80 patients' "${run[@]}" small.h5
sha256sum -c --quiet small.sha256
sum=$(sha256sum <small.h5)
expect 0 'small.h5: complete, with these inputs' "${run[@]}" small.h5
expect 0 'small.h5: 80 patients' "${run[@]}" small.h5 --fresh
[ "$(sha256sum <small.h5)" = "$sum" ] || fail "--fresh gives other bytes"
refused 2 "small.h5 holds the results of other inputs" "${run[@]:1}" small.h5 --replicates 3
[ "$(sha256sum <small.h5)" = "$sum" ] || fail "refused, but changed"
expect 0 'small.h5: 120 patients' "${run[@]}" small.h5 --replicates 3 --fresh --force
echo "no results" >note.h5
refused 2 "note.h5" "${run[@]:1}" note.h5
[ "$(cat note.h5)" = "no results" ] || fail "a file that is no result was replaced"
[ -z "$(find . -name '*.journal' -o -name '*.partial')" ] || fail "left behind: $(ls)"

# Solvers: each that a model can use, and what is said of one that it cannot, before a file is there.
for solver in auto linear explicit rosenbrock switching petsc; do
  expect 0 "$solver.h5: 80 patients" "${run[@]}" $solver.h5 --solver $solver
  [ "$(json_of $solver.run.json '["solvers"][0]["solver"]')" = "${solver/auto/linear}" ] || fail "not $solver"
done
expect 0 'solver: linear' "$TWINTRIAL" check "$trial"
expect 0 'solver: switching' "$TWINTRIAL" check "$SOURCE_DIR/tests/protocols/blow_up.yaml"
refused 2 "unknown solver 'rosenbrok'; did you mean 'rosenbrock'?" "${run[@]:1}" x.h5 --solver rosenbrok
refused 2 "the solver 'linear' needs what the model 'blow_up' lacks" run --progress none --solver linear \
  "$SOURCE_DIR/tests/protocols/blow_up.yaml" -o x.h5
[ -z "$(find . -name 'x.*')" ] || fail "left behind: $(find . -name 'x.*')"

# A folder that is a file, one that cannot be written to, a disk that is full.
refused 5 "cannot create note.h5/x.journal: Not a directory" "${run[@]:1}" note.h5/x.h5
refused 5 "cannot create nowhere/x.journal: No such file or directory" "${run[@]:1}" nowhere/x.h5
refused 5 "cannot create /proc/x.journal" "${run[@]:1}" /proc/x.h5
if [ "$(id -u)" != 0 ]; then
  mkdir -m 555 locked
  refused 5 "cannot create locked/x.journal: Permission denied" "${run[@]:1}" locked/x.h5
fi
# Of so many KiB: too few for the journal, for the results file. MPI must need no file of its own.
for size in 1 16 32 64 96; do
  mkdir "full$size"
  (ulimit -f $size && exec env PMIX_MCA_gds=hash "${run[@]}" "full$size/x.h5") 2>&1 | cat >"full$size.log"
  code=${PIPESTATUS[0]}
  [ "$code" = 5 ] || fail "$size KiB: exit code $code: $(cat "full$size.log")"
  grep 'error: cannot write .*: File too large' "full$size.log" || fail "$size KiB: no message"
  [ ! -e "full$size/x.h5" ] || fail "$size KiB: something stands under the final name"
done
grep -q 'x.journal/.*segment' full1.log || fail "the journal was not what had no room"
grep -q 'x.h5.partial' full96.log || fail "the results file was not what had no room"
expect 0 '80 patients' "${run[@]}" full96/x.h5
[ "$(sha256sum <full96/x.h5)" = "$sum" ] || fail "after a full disk there are other bytes"

# What does not reach its reader is no success.
to_full() {
  "$@" >/dev/full 2>err
}
expect 0 'primary' "$TWINTRIAL" analyze small.h5
[ -s small.analysis.json ] || fail "analyze wrote nothing"
# A device of our own: one of the system must not be at risk when this goes wrong.
if [ "$(id -u)" = 0 ] && mknod full c 1 7 2>/dev/null && [ -w full ] && ! echo x 2>/dev/null >full; then
  expect 5 'cannot write full' "$TWINTRIAL" analyze small.h5 --output full
  [ -c full ] || fail "a device was replaced by a file"
fi
mkfifo pipe.json
cat pipe.json >from_pipe.json &
expect 0 'primary' "$TWINTRIAL" analyze small.h5 --output pipe.json
wait
cmp from_pipe.json small.analysis.json
expect 5 'cannot write note.h5/a.json' "$TWINTRIAL" analyze small.h5 --output note.h5/a.json
[ ! -c /dev/full ] || for arguments in "analyze small.h5" "show small.h5" "check $trial" "check --resolved $trial" schema \
  help "help run" --version "model list" "completion bash"; do
  code=0
  # shellcheck disable=SC2086 # several words on purpose
  to_full "$TWINTRIAL" $arguments || code=$?
  [ $code = 5 ] || fail "twintrial $arguments >/dev/full: exit code $code"
  grep -q 'error: cannot write' err || fail "twintrial $arguments >/dev/full: says '$(cat err)'"
done

# A killed run starts again and gives the same bytes.
long=(--replicates 400 --block-size 16)
expect 0 'whole.h5' "${run[@]}" whole.h5 "${long[@]}"
"${run[@]}" killed.h5 "${long[@]}" >killed.log 2>&1 &
pid=$!
for _ in {1..1000}; do
  [ -z "$(find killed.journal -size +4k 2>/dev/null)" ] || break
  sleep 0.01
done
kill -9 $pid
wait $pid 2>/dev/null || true
[ -d killed.journal ] && [ ! -e killed.h5 ] || fail "the run was not killed in its middle: $(cat killed.log)"
expect 0 'killed.h5: 16000 patients' "${run[@]}" killed.h5 "${long[@]}"
cmp whole.h5 killed.h5 || fail "a run after a killed one gives other bytes"
[ ! -e killed.journal ] || fail "the journal is still there"
