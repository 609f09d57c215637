#!/bin/sh
# The stub servers of both serve the same contracts, and answer the same requests in the same way.
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"

reference=$NODE_PATH/@pact-foundation/pact-cli-linux-x64/standalone/pact
if [ ! -x "$reference" ]; then
	skip 'both stub servers answer the same' 'there is no program of the reference for this machine'
	finish
	exit
fi

both() { # OPTION...
	start "$tally" stub "$here/stub.json" --seed 1 "$@"
	ours=$url
	start "$reference" stub --file "$here/stub.json" --loglevel info "$@"
	node "$here/stub.js" "$url" "$ours"
	cleanup
}
expect 'both answer the same' both
expect 'with a provider state' both --provider-state 'order 42'
expect 'with a provider state, or none' both -s 'order 42' --empty-provider-state
expect 'with states that requests choose' both --provider-state-header-name X-State
expect 'with CORS' both --cors
expect 'with CORS for the referring page' both -o --cors-referer

expect 'the reference library writes contracts' status 0 node "$here/generate.js" generated
both_of_folder() {
	start "$tally" stub generated
	ours=$url
	start "$reference" stub --dir generated
	node "$here/stub_generated.js" "$ours" "$url"
	cleanup
}
expect 'both answer the same from its contracts' both_of_folder
finish
