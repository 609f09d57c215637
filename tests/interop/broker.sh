#!/bin/sh
# Pact's verifier and Tally's ask the same of the same Pact Broker, and hand it the same results.
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"

recorded=$TALLY_SRCDIR/tests/cases/pact_broker/recorded.json
unset PACT_BROKER_BASE_URL PACT_BROKER_TOKEN PACT_BROKER_USERNAME PACT_BROKER_PASSWORD TALLY_BROKER
start node "$here/broker.js" "$recorded"

ask() { # FILE COMMAND...: keeps what a command asks the broker, and how it leaves
	to=$1
	shift
	node -e "fetch('$url/_forget', { method: 'POST' }).then((answer) => answer.text())"
	"$@" >"$to.out" 2>&1
	echo $? >"$to.status"
	node -e "fetch('$url/_asked').then((answer) => answer.text()).then((text) => console.log(text))" >"$to.json"
}
both() { # OPTION...: of both verifiers
	ask theirs node "$NODE_PATH/@pact-foundation/pact-cli/bin/pact-verifier.js" --hostname 127.0.0.1 \
		--port "${url##*:}" --base-path /provider --provider-name Vp --broker-url "$url" --no-colour "$@"
	ask ours "$tally" verify --provider-url "$url/provider" --provider-name Vp --broker-url "$url" "$@"
	node "$here/broker_asked.js" theirs.json ours.json >differences
	cmp -s theirs.status ours.status || echo "they leave with $(cat theirs.status), and $(cat ours.status)" >>differences
	[ -s differences ] || return 0
	cat differences theirs.out ours.out
}
main='{"mainBranch":true}'
expect 'a main branch, pending' both --consumer-version-selectors "$main" --enable-pending \
	--provider-branch main --provider-version 100
expect 'the same, with results' both --consumer-version-selectors "$main" --enable-pending \
	--provider-branch main --provider-version 100 --publish --build-url http://ci.invalid/9
expect 'work in progress that fails, with a tag' both --consumer-version-selectors "$main" --enable-pending \
	--include-wip-pacts-since 2020-01-01 --provider-branch main --provider-tags t1 --provider-version 101 --publish

expect 'a contract that a webhook names' both --webhook-callback-url \
	"$url/pacts/provider/Vp/consumer/Vc/version/1" --provider-version 104 --publish
finish
