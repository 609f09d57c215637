#!/bin/sh
# Tally beside the reference implementation of Pact, from npm: each reads what the other wrote, and
# both come to the same verdicts.
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"
examples=$TALLY_BUILDDIR/doc/examples

# ---- contracts that the reference library wrote --------------------------------------------------

expect 'the reference library writes contracts' status 0 node "$here/generate.js" generated

names='shop-v2 shop-v3 shop-v4 mailer-v3 mailer-v4 archive-v4'
for name in $names; do
	expect "lint reads $name" status 0 "$tally" lint "generated/$name-orders.json"
done
start node "$here/provider.js"
for name in $names; do
	expect "a good provider passes $name with both" verdicts 0 "generated/$name-orders.json"
done
cleanup
start node "$here/provider.js" --bad
for name in $names; do
	expect "a bad provider fails $name with both" verdicts 1 "generated/$name-orders.json"
done
cleanup

expect 'a broker is made' status 0 "$tally" broker init broker.git
expect 'all are published in one change' status 0 \
	"$tally" publish generated --version 1.0.0 --branch main --broker broker.git
stored() { # NAME: what the broker has is what the library wrote, whatever the white space
	path=$(git -C broker.git ls-tree -r --name-only HEAD | grep "/$1/.*/contracts/orders.json\$")
	[ -n "$path" ] || {
		echo "no contract of $1 in:"
		git -C broker.git ls-tree -r --name-only HEAD
		return
	}
	git -C broker.git show "HEAD:$path" >stored.json &&
		node "$here/same.js" "generated/$1-orders.json" stored.json
}
for name in $names; do
	expect "$name comes back as it was published" stored "$name"
done
start node "$here/provider.js"
from_broker() {
	status "$1" "$tally" verify --provider orders --provider-url "$url" \
		--state-change-url "$url/provider-states" --broker broker.git --provider-version "$2" --publish
}
expect 'a good provider passes all that the broker has' from_broker 0 1.0.0
cleanup
start node "$here/provider.js" --bad
expect 'a bad provider does not' from_broker 1 2.0.0
cleanup

# ---- contracts that tally mock wrote -------------------------------------------------------------

mock() { # SPECIFICATION
	status 0 "$tally" mock "$TALLY_SRCDIR/contracts/examples/orders.json" --spec "$1" --output-dir "mocked-$1" -- \
		"$examples/consumer_test"
}
for spec in 2 3 4; do
	expect "tally mock writes version $spec" mock "$spec"
done
start "$examples/provider"
for spec in 2 3 4; do
	expect "a good provider passes version $spec with both" verdicts 0 "mocked-$spec/web-shop-orders.json"
done
cleanup
start "$examples/provider" --rename-total amount
for spec in 2 3 4; do
	expect "a provider that renamed a field fails version $spec with both" verdicts 1 "mocked-$spec/web-shop-orders.json"
done
same_field() { # what the two say about it names the same place
	pact_verify mocked-4/web-shop-orders.json >pact.out 2>&1
	tally_verify mocked-4/web-shop-orders.json >tally.out 2>&1
	grep -q total pact.out || { echo 'pact does not speak of total:'; cat pact.out; }
	grep -q 'missing.*total' tally.out || { echo 'tally does not speak of total:'; cat tally.out; }
}
expect 'both name the field' same_field
cleanup

# ---- the same cases judged by both ---------------------------------------------------------------

same_verdicts() { # OPTION...
	TALLY=$tally node "$TALLY_SRCDIR/tests/differential/differential.js" "$@" >differential.out 2>&1 && return 0
	cat differential.out
}
expect 'both give the same verdicts on what is known to be tricky' same_verdicts --topics --every 16
expect 'both give the same verdicts on cases by chance' same_verdicts --count 300 --seed 1
same_values() {
	TALLY=$tally node "$TALLY_SRCDIR/tests/differential/generators.js" >generators.out 2>&1 && return 0
	cat generators.out
}
expect 'what both generate is as wanted, or differs as is known' same_values
finish
