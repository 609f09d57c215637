#!/bin/sh
# The verifier of Tally beside the reference one: the same contracts, the same providers.
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"

compared() { # SCRIPT OPTION...: says what differed
	script=$1
	shift
	TALLY=$tally node "$TALLY_SRCDIR/tests/differential/$script.js" "$@" >compared.out 2>&1 && return 0
	cat compared.out
}
expect 'both give the same verdicts on providers that are right, and wrong in one place' \
	compared differential --broken --every 7
expect 'both send the same requests, but for what is told' compared sent
expect 'both do the same with provider states that fail or answer oddly' compared states
expect 'both do what the compatibility suite asks of verifiers' compared features

# ---- contracts of real clients, verified as a provider's test does it ----------------------------

expect 'the reference library writes contracts' status 0 node "$here/generate.js" generated
expect 'a newcomer writes one' status 0 "$tally" mock "$here/newcomer/expectations.json" --output-dir generated -- \
	node --test "$here/newcomer/orders.test.mjs"
with_pact_js() { # STATUS FILE: pact-js with its handlers and tally leave with STATUS
	status "$1" node "$here/pact_js.js" "$url" "$2"
	status "$1" "$tally" verify "$2" --provider-url "$url" --state-change-url "$url/provider-states" \
		--state-change-teardown
}
names='shop-v2 shop-v3 shop-v4 mailer-v3 mailer-v4 archive-v4'
start node "$here/provider.js"
for name in $names; do
	expect "a good provider passes $name with pact-js and with tally" with_pact_js 0 "generated/$name-orders.json"
done
expect 'one that has another status than the newcomer expects does not' with_pact_js 1 generated/web-shop-orders.json
cleanup
start node "$here/provider.js" --bad
for name in $names; do
	expect "a bad provider fails $name with pact-js and with tally" with_pact_js 1 "generated/$name-orders.json"
done
cleanup
finish
