#!/bin/sh
# The contracts that Tally writes are valid by the JSON Schemas that are published for them.
# shellcheck disable=SC2016 # expanded by the shells that the mock starts
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"

valid() { node "$here/schemas.js" check "$@" && node "$here/schemas.js" spoiled "$@"; } # VERSION FILE...
kinds=$here/kinds.js

# ---- each case of contracts, in each version that can say it -------------------------------------

mkdir cases
expect 'the contracts of all cases are written' "$place/rewrite" cases "$TALLY_SRCDIR"/tests/cases/contract/*.json
of_each_case() {
	for case in "$TALLY_SRCDIR"/tests/cases/contract/*.json; do
		name=$(basename "$case" .json)
		case $name in bad-*) continue ;; esac
		set -- "cases/$name"-*/*.json
		[ -e "$1" ] || echo "$name was not written in any version"
	done
}
expect 'none of them is left out' of_each_case
for version in 1.0.0 1.1.0 2.0.0 3.0.0 4.0; do
	expect "those of version $version are valid, and not when they are spoiled" valid "$version" cases/*-"$version"/*.json
done

# ---- what tally mock writes, for each kind of body and matcher -----------------------------------

expectations() { # SPECIFICATION: and two more interactions between the same applications
	node "$kinds" expectations "$1" >"kinds-$1.json" || echo 'there are no expectations'
	cat >"more-$1.json" <<-EOF
		{"consumer": {"name": "shop-$1"}, "provider": {"name": "orders"}, "interactions": [
		 {"description": "an order is changed", "providerState": "order 42 exists",
		  "request": {"method": "PATCH", "path": "/orders/42", "query": {"notify": ["a@b", "c & d"]},
		   "headers": {"Content-Type": "application/json"}, "body": {"paid": true}},
		  "response": {"status": 200, "headers": {"Set-Cookie": ["a=1", "b=2"]}}}]}
	EOF
}
exercise() { # SPECIFICATION FOLDER
	status 0 "$tally" mock "kinds-$1.json" --spec "$1" --output-dir "$2" -- node "$kinds" consume "$1"
}
exercise_more() { # SPECIFICATION FOLDER
	status 0 "$tally" mock "more-$1.json" --spec "$1" --output-dir "$2" -- sh -c \
		'curl -sf -X PATCH -H "Content-Type: application/json" -d "{\"paid\": true}" "$TALLY_MOCK_URL/orders/42?notify=a@b&notify=c%20%26%20d"'
}
merge() { # SPECIFICATION: a run of the mock merges into what is there, as tally merge does
	mkdir -p merged
	exercise_more "$1" more
	status 0 "$tally" merge "kinds/shop-$1-orders.json" "more/shop-$1-orders.json" --spec "$1" -o "merged/$1.json"
	exercise_more "$1" kinds
	cmp "merged/$1.json" "kinds/shop-$1-orders.json"
}
for spec in 1/1.0.0 1.1/1.1.0 2/2.0.0 3/3.0.0 4/4.0; do
	version=${spec#*/} spec=${spec%/*}
	expect "there are expectations of version $version" expectations "$spec"
	expect "tally mock writes version $version" exercise "$spec" kinds
	expect 'it is valid, and not when it is spoiled' valid "$version" "kinds/shop-$spec-orders.json"
	expect "contracts of version $version are merged" merge "$spec"
	expect 'what they are merged into is valid, too' valid "$version" "more/shop-$spec-orders.json" "merged/$spec.json"
done

example() { # SPECIFICATION
	status 0 "$tally" mock "$TALLY_SRCDIR/contracts/examples/orders.json" --spec "$1" --output-dir "orders-$1" -- \
		"$TALLY_BUILDDIR/doc/examples/consumer_test"
}
for spec in 2/2.0.0 3/3.0.0 4/4.0; do
	version=${spec#*/} spec=${spec%/*}
	expect "the example is written in version $version" example "$spec"
	expect 'it is valid, and not when it is spoiled' valid "$version" "orders-$spec/web-shop-orders.json"
done

# ---- what the C library writes -------------------------------------------------------------------

expect 'the library writes a contract of all kinds' status 0 "$TALLY_BUILDDIR/doc/examples/kinds" built
expect 'it is valid, and not when it is spoiled' valid 4.0 built/web-shop-orders.json

expect 'what is known to differ from the schemas still does' \
	node "$here/schemas.js" needed cases/*/*.json merged/*.json
finish
