#!/bin/sh
# The consumer's side: what tally mock serves to programs that know nothing of it, and what others
# make of the contracts that it writes.
# shellcheck disable=SC2016 # expanded by the shells that the mock starts
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"

# ---- each kind of body, matchers of each family, messages ----------------------------------------

kinds=$here/kinds.js
exercise() { # SPECIFICATION [OPTION...]: the mock leaves with 0
	spec=$1
	shift
	node "$kinds" expectations "$spec" >"kinds-$spec.json" &&
		status 0 "$tally" mock "kinds-$spec.json" --spec "$spec" "$@" -- node "$kinds" consume "$spec"
}
for spec in 1 2 3 4; do
	expect "a consumer exercises all that version $spec can say" exercise "$spec" --output-dir kinds
done
start node "$kinds" provide
for spec in 1 2 3 4; do
	expect "a good provider passes all of version $spec with both" verdicts 0 "kinds/shop-$spec-orders.json"
done
cleanup
all_fail() { # SPECIFICATION
	contract=kinds/shop-$1-orders.json
	status 1 pact_verify "$contract" --json pact.json
	status 1 tally_verify "$contract" --json tally.json && node "$here/failed.js" tally.json pact.json
}
start node "$kinds" provide --bad
for spec in 1 2 3 4; do
	expect "a bad provider fails each interaction of version $spec with both" all_fail "$spec"
done
cleanup

# ---- TLS and CORS, as Node.js and browsers do it -------------------------------------------------

expect 'Node.js trusts a mock with TLS by what --tls-trust sets' exercise 4 --tls-trust --output-dir tls
trusting() {
	status 0 "$tally" mock kinds-4.json --tls --output-dir tls -- \
		sh -c 'NODE_EXTRA_CA_CERTS=$TALLY_MOCK_CA exec node "$0" consume 4' "$kinds"
}
expect 'Node.js trusts a mock with TLS when it is given the CA' trusting
expect 'plain and with TLS, the same contract is written' cmp kinds/shop-4-orders.json tls/shop-4-orders.json
doubting() {
	status 1 "$tally" mock kinds-4.json --tls --output-dir doubt -- node "$kinds" consume 4
	[ ! -e doubt ] || echo 'a contract was written'
}
expect 'Node.js does not trust it otherwise' doubting

cat >cors.json <<'EOT'
{"consumer": {"name": "page"}, "provider": {"name": "orders"},
 "interactions": [{"description": "an order is changed",
  "request": {"method": "PUT", "path": "/orders/42", "headers": {"Content-Type": "application/json"},
   "body": {"lines": [{"sku": "A", "count": 1.5}], "note": null}},
  "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": {"id": 42}}}]}
EOT
page() { # STATUS [OPTION...]
	wanted=$1
	shift
	status "$wanted" "$tally" mock cors.json "$@" --output-dir cors -- \
		sh -c 'exec node "$0" "$TALLY_MOCK_URL"' "$here/browser.js"
}
expect 'a page of another origin is answered with --cors' page 0 --cors
only_that() { ! grep OPTIONS cors/page-orders.json; }
expect 'the pre-flight is not in the contract' only_that
expect 'without --cors, its browser keeps the answer from it' page 1

# ---- as newcomers write their tests --------------------------------------------------------------

newcomer() { # STATUS TEST WORDS...: the report has each of the words
	wanted=$1 name=$2
	shift 2
	status "$wanted" "$tally" mock "$here/newcomer/expectations.json" --output-dir newcomer -- \
		node --test "$here/newcomer/$name.test.mjs"
	for words; do
		grep -qF -- "$words" command.out || {
			echo "expected: $words"
			cat command.out
		}
	done
}
expect 'a test that asks what was expected yields a contract' newcomer 0 orders \
	'ok: 2 interactions exercised' 'contract written: newcomer/web-shop-orders.json'
mv newcomer written
expect 'a mistake is named, and where it is' newcomer 1 mistaken \
	'POST /orders was asked, but not as expected (a new order)' '$.quantity' "to be an integer"
expect 'what was not asked is named' newcomer 1 forgetful \
	'POST /orders was expected, but never asked (a new order)'
no_contract() { [ ! -e newcomer ]; }
expect 'neither yields a contract' no_contract
finish
