#!/usr/bin/env bash
# The commands that README.md shows between its two marks are run, in one shell and in order, and
# have to answer what it shows.  Ids, ports, dates and times may differ.
#
# Code that is said to be lines of a file has to stand there as it is.
#
# With the argument --update the answers in README.md are replaced by what came.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

readme=$TALLY_SRCDIR/README.md
update=${1:-}
place=$scratch/place
mkdir -p "$place/contracts/examples"
cp "$TALLY_SRCDIR"/contracts/examples/* "$place/contracts/examples"
cd "$place" || exit 99
PATH=$TALLY_BUILDDIR:$TALLY_BUILDDIR/doc/examples:$PATH
unset "${!PACT_@}" CI NO_COLOR
export GIT_AUTHOR_NAME=you GIT_AUTHOR_EMAIL=you@example.org
cleanup() {
	local job
	for job in $(jobs -p); do kill "$job" 2>/dev/null; done
	wait
}

normal() { # FILE
	sed -E 's/\b[0-9a-f]{7,40}\b/ID/g; s/127\.0\.0\.1:[0-9]+/127.0.0.1:PORT/g
		s/[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z| [A-Z]{3}| ?[+-][0-9:]+)?)?/DATE/g
		s/[0-9.]+ ?(ms|s)\b/TIME/g; s/[[:space:]]+$//' "$1"
}

command='' number=0 status=0
: >"$scratch/expected"
: >"$scratch/new"

# Runs the command that was read, and compares.
flush() {
	[ -n "$command" ] || return 0
	number=$((number + 1))
	(exit "$status")
	eval "$command" >"$scratch/actual" 2>&1
	status=$?
	normal "$scratch/expected" >"$scratch/expected.normal"
	normal "$scratch/actual" >"$scratch/actual.normal"
	if [ -n "$update" ]; then
		cat "$scratch/actual" >>"$scratch/new"
	else
		expect "README: ${command%%$'\n'*}" diff "$scratch/expected.normal" "$scratch/actual.normal"
	fi
	command=''
	: >"$scratch/expected"
}

inside=no block=no
while IFS= read -r line; do
	case $line in
	'<!-- run -->') inside=yes ;;
	'<!-- end -->') inside=no ;;
	esac
	if [ "$inside" = yes ] && [ "$line" = '```console' ]; then
		block=yes
	elif [ "$block" = yes ] && [ "$line" = '```' ]; then
		flush
		block=no
	elif [ "$block" = yes ]; then
		case $line in
		'$ '*)
			flush
			command=${line#'$ '}
			;;
		'> '*) command+=$'\n'${line#'> '} ;;
		*)
			printf '%s\n' "$line" >>"$scratch/expected"
			continue
			;;
		esac
	fi
	printf '%s\n' "$line" >>"$scratch/new"
done <"$readme"

if [ -n "$update" ]; then
	cat "$scratch/new" >"$readme"
	exit 0
fi
some() { [ "$number" -gt 0 ]; }
expect 'README shows commands' some

# The n-th block of lines of a file, on a page.
quoted() { # PAGE FILE NUMBER
	awk -v mark="<!-- lines of $2 -->" -v wanted="$3" '
		$0 == mark && ++found == wanted { marked = 1; next }
		marked && /^```/ { if (inside) exit; inside = 1; next }
		inside' "$1"
}
stands_in() { # PAGE FILE NUMBER
	local block file
	block=$(quoted "$@")
	file=$(<"$TALLY_SRCDIR/$2")
	[ -n "$block" ] || echo "$1 shows nothing of $2"
	[[ $file == *"$block"* ]] || echo "these lines are not in $2:" "$block"
}
declare -A seen
for page in README.md doc/consumer.md; do
	blocks=0
	while read -r file; do
		blocks=$((blocks + 1))
		seen[$page $file]=$((${seen[$page $file]:-0} + 1))
		expect "$page shows $file as it is (${seen[$page $file]})" \
			stands_in "$TALLY_SRCDIR/$page" "$file" "${seen[$page $file]}"
	done < <(sed -n 's/^<!-- lines of \(.*\) -->$/\1/p' "$TALLY_SRCDIR/$page")
	shows() { [ "$blocks" -gt 0 ]; }
	expect "$page shows code" shows
done
finish
