#!/bin/sh
# ./bootstrap where it cannot go on: it says what is missing, counts honestly, and changes nothing.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

# A system with a shell and next to nothing else, and with no apt-get.
mkdir "$scratch/bin"
for program in bash cat dirname env getconf id sed awk find; do
	ln -s "$(command -v "$program")" "$scratch/bin/$program"
done
bare() { # ARGUMENT...
	status=0
	PATH=$scratch/bin "$scratch/bin/bash" "$TALLY_SRCDIR/bootstrap" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
}
stops() {
	bare
	[ "$status" -eq 2 ] || echo "exit status $status"
	for name in libgit2 libgit2-dev Autoconf libcurl4-openssl-dev; do
		grep -q "$name" "$scratch/err" || { echo "no word of $name:" && cat "$scratch/err"; }
	done
}
expect 'without apt-get it names what is missing, and stops with 2' stops
counts() {
	bare check
	[ "$status" -ne 0 ] || echo 'exit status 0'
	[ "$(sed -n '$p' "$scratch/out")" = '0 passed, 1 failed' ] || cat "$scratch/out"
}
expect 'a check that cannot begin has failed' counts
unknown() {
	bare frobnicate
	[ "$status" -eq 2 ] || echo "exit status $status"
	grep -q "'frobnicate'.*build.*check.*demo" "$scratch/err" || cat "$scratch/err"
}
expect 'an unknown command is refused with what there is' unknown
help() {
	bare help
	[ "$status" -eq 0 ] || echo "exit status $status"
	grep -q 'bootstrap demo' "$scratch/out" || cat "$scratch/out"
}
expect 'help says what it does' help
finish
