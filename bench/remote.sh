#!/bin/sh
# Publications from machines of their own, each with its own copy of a broker on a git server: they
# race for one branch.  Says how long one takes alone, and how many all get through in a second.
#
#	remote.sh [WRITERS [PUBLICATIONS]]	(20, of 5 each)
#
# The server is tests/servers': nginx and git http-backend on loopback.  Runs in the build folder.
# shellcheck disable=SC1091,SC2034,SC2154 # the libraries set the rest
set -eu
writers=${1:-20} publications=${2:-5}
TALLY_SRCDIR=$(cd "$(dirname "$0")/.." && pwd)
TALLY_BUILDDIR=$PWD
export TALLY_SRCDIR TALLY_BUILDDIR
# shellcheck source=tests/cli/lib.sh
. "$TALLY_SRCDIR/tests/cli/lib.sh"
# shellcheck source=tests/servers/broker.sh
. "$TALLY_SRCDIR/tests/servers/broker.sh"
# shellcheck source=tests/servers/servers.sh
. "$TALLY_SRCDIR/tests/servers/servers.sh"

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# publish NAME: as a machine of its own.
publish() {
	XDG_CACHE_HOME=$scratch/cache.$1 "$writer" "$http_url/open/broker.git" "$1" publish \
		"$publications" >"$scratch/told.$1"
}

servers_needed web
start_web
served=$repositories/broker.git
new_broker "$served"

start=$(now_ms)
publish alone
alone=$(($(now_ms) - start))
pids=
start=$(now_ms)
for number in $(seq "$writers"); do
	publish "w$number" &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid"
done
together=$(($(now_ms) - start))
expect_told "$served" "$scratch"/told.*
count=$((writers * publications))
awk -v writers="$writers" -v count="$count" -v each="$publications" -v alone="$alone" \
	-v together="$together" 'BEGIN {
	printf "a publication over http, alone: %.0f ms; %d writers, %d publications: %.1f/s\n",
		alone / each, writers, count, count * 1000 / together
}'
