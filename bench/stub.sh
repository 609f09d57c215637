#!/bin/sh
# Stub servers side by side: requests a second over 32 connections that are kept open, the most
# memory they held, and the time from their start to the first answer.
#
#	stub.sh [MILLISECONDS]	how long each is under load (5000)
#
# Tally, the stub server of the reference implementation where NODE_PATH has it, and libmicrohttpd
# with nothing behind it, all answer the same requests with the same bytes.  Runs in the build
# folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
load_ms=${1:-5000}
# Where the reference implementation answers less than once a second, all that it gets.
slow_ms=${BENCH_SLOW_MS:-30000}
threads=4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

# Libtool's ./tally is a script that sets the library path; what is measured is the program.
tally=./tally
if [ -x .libs/tally ]; then
	tally=.libs/tally
	LD_LIBRARY_PATH=$PWD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
fi
reference=${NODE_PATH:-}/@pact-foundation/pact-cli-linux-x64/standalone/pact

measure() { # WHAT COUNT MILLISECONDS COMMAND...
	what="stub: of $2, $1" count=$2 ms=$3
	shift 3
	if ! line=$(bench/load 32 "$ms" "$folder/requests-$count" "$@"); then
		printf '%-36s did not answer\n' "$what"
		return
	fi
	# shellcheck disable=SC2086 # names and values in turn
	set -- $line
	printf '%-36s %10s /s   start %9s ms  peak %8s kB  %s answers, %s errors in %s s\n' \
		"$what" "${12}" "$2" "$4" "$6" "$8" "${10}"
}

for count in 1 100 1000; do
	awk -v "count=$count" -v "contract=$folder/contract-$count.json" \
		-v "requests=$folder/requests-$count" -f "$here/orders.awk"
	measure Tally "$count" "$load_ms" "$tally" stub "$folder/contract-$count.json" --port '{port}'
	measure libmicrohttpd "$count" "$load_ms" bench/bare_server '{port}' "$folder/requests-$count" "$threads"
	[ -x "$reference" ] || continue
	ms=$load_ms
	[ "$count" -lt 1000 ] || ms=$slow_ms
	measure reference "$count" "$ms" "$reference" stub --file "$folder/contract-$count.json" \
		--port '{port}' --loglevel none
done
