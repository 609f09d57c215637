#!/bin/sh
# Contracts that were made with the C library, with interactions of each kind and bodies of each
# type: the reference verifier accepts them, and comes to the same verdicts.
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"

contract=built/web-shop-orders.json
expect 'the library writes a contract of all kinds' status 0 "$TALLY_BUILDDIR/doc/examples/kinds" built
start node "$here/stand_in.js" "$contract"
expect 'a provider that answers as it says passes with both' verdicts 0 "$contract"
cleanup

# One kind at a time, so that none hides behind another.
spoiled() { # NAME DESCRIPTION: how the answer differs
	node -e "
		const contract = require('./$contract');
		const it = contract.interactions.find((each) => each.description === '$2');
		const part = it.response ? [].concat(it.response)[0] : it;
		const body = part.body || part.contents;
		Object.assign(body, { content: Buffer.from('?').toString('base64'), encoded: 'base64' });
		require('fs').writeFileSync('$1.json', JSON.stringify(contract));"
	start node "$here/stand_in.js" "$1.json"
	verdicts 1 "$contract"
	cleanup
}
for path in json xml plain-xml text form multipart png; do
	expect "a provider whose /$path is wrong fails with both" spoiled "$path" "/$path"
done
expect 'a wrong message fails with both' spoiled message 'an order was paid'
expect 'a wrong answer to a message fails with both' spoiled answer 'a price is asked'
finish
