#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One results file: the same bytes on 1, 2, 3 and 7 ranks, whoever computed which block; and when
# it cannot be written, every rank stops with the same code and nothing is left.
# usage: results_ranks.sh DRIVER
set -eu
driver=$1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

# run RANKS COMMAND...: the exit code; what was said is in $folder/log
run() {
  ranks=$1
  shift
  code=0
  timeout 120 mpirun --oversubscribe -n "$ranks" "$@" > "$folder/log" 2>&1 || code=$?
  echo $code
}

expected=
for n in 1 2 3 7; do
  [ "$(run $n "$driver" write "$folder/$n.h5" "$folder/$n.journal" 101 64)" = 0 ] ||
    fail "$n ranks: $(cat "$folder/log")"
  sum=$(sha256sum < "$folder/$n.h5")
  [ "${expected:=$sum}" = "$sum" ] || fail "the file of $n ranks differs from that of 1 rank"
  sleep 1 # a time of birth in the file would show
done
"$driver" show "$folder/7.h5" | grep -q '^/pk/obs  6462 rows  Observations$' || fail "show"
rm "$folder/7.h5"

# The last record of one of seven segments is torn.
segment=$folder/7.journal/00003.segment
tail -c 1 "$segment" > "$folder/last_byte"
truncate -s -1 "$segment"
[ "$(run 2 "$driver" assemble "$folder/7.h5" "$folder/7.journal" 101)" = 5 ] ||
  fail "torn: $(cat "$folder/log")"
[ "$(grep -c 'is in none of the 7 segments' "$folder/log")" = 1 ] || fail "$(cat "$folder/log")"

# A limit on the size of files that the results file exceeds.
cat "$folder/last_byte" >> "$segment"
cat > "$folder/limited" << 'END'
#!/bin/sh
trap '' XFSZ
ulimit -f 128
exec "$@"
END
chmod +x "$folder/limited"
[ "$(run 3 "$folder/limited" "$driver" assemble "$folder/7.h5" "$folder/7.journal" 101)" = 5 ] ||
  fail "limited: $(cat "$folder/log")"
grep -q '7.h5.partial: File too large' "$folder/log" || fail "$(cat "$folder/log")"

# Nothing is left of all this, and two ranks make the same file of what seven stored.
[ -z "$(find "$folder" -name '7.h5*')" ] || fail "left behind: $(ls "$folder")"
[ "$(run 2 "$driver" assemble "$folder/7.h5" "$folder/7.journal" 101)" = 0 ] ||
  fail "again: $(cat "$folder/log")"
[ "$(sha256sum < "$folder/7.h5")" = "$expected" ] || fail "two ranks assemble another file"
