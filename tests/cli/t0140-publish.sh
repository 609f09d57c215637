#!/bin/sh
# tally publish
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

commits() {
	git -C broker.git rev-list --count HEAD
}

test_expect_success 'a contract, its version and branch: one commit' '
	contract one.json
	"$tally" broker init broker.git
	before=$(commits)
	expect_status 0 "$tally" publish one.json --version 1.0.0 --branch main --broker broker.git
	expect_empty err
	expect_in out "web-shop 1.0.0, contract with orders: created"
	[ "$(commits)" -eq $((before + 1)) ]
	git -C broker.git log -1 --format=%s >subject
	expect_in subject web-shop 1.0.0 main
'

test_expect_success 'the same again changes nothing' '
	before=$(commits)
	expect_status 0 "$tally" publish one.json --version 1.0.0 --branch main --broker broker.git
	expect_in out unchanged
	[ "$(commits)" -eq "$before" ]
'

test_expect_success 'other content for that version: 1, nothing changed' '
	before=$(commits)
	contract changed.json total=7.5
	expect_status 1 "$tally" publish changed.json --version 1.0.0 --broker broker.git
	expect_empty out
	expect_in err "1.0.0" "a request for order 42"
	[ "$(commits)" -eq "$before" ]
'

test_expect_success 'a folder, in one change; --format json' '
	mkdir -p folder
	contract folder/a.json
	contract folder/b.json provider=payments
	before=$(commits)
	expect_status 0 "$tally" publish folder --version 2.0.0 --format json --broker broker.git
	is_json out
	expect_in out "\"provider\": \"orders\"" "\"provider\": \"payments\"" "\"commit\":"
	[ "$(commits)" -eq $((before + 1)) ]
'

test_expect_success 'every digit of a payload survives' '
	contract digits.json provider=digits total=12345678901234567890.10
	"$tally" publish digits.json --version 1 --broker broker.git
	git -C broker.git grep -q -F 12345678901234567890.10 HEAD
'

test_expect_success 'the broker and more from the environment' '
	expect_status 0 env TALLY_BROKER=broker.git PACT_CONSUMER_VERSION=3.0.0 \
		"$tally" publish one.json
	expect_in out "web-shop 3.0.0"
	expect_status 0 env PACT_BROKER_BASE_URL="file://$PWD/broker.git" \
		"$tally" publish one.json --consumer-app-version 3.0.1 --tag a --tag b
'

test_expect_success 'who did it, where git or the CI system says' '
	env GIT_AUTHOR_NAME="A. Person" GIT_AUTHOR_EMAIL=a@example.com \
		"$tally" publish one.json --version 4 --broker broker.git
	git -C broker.git log -1 --format="%an %ae" >author
	expect_in author "A. Person a@example.com"
	env GITHUB_ACTOR=octo "$tally" publish one.json --version 5 --broker broker.git
	git -C broker.git log -1 --format=%an >author
	expect_in author octo
'

test_expect_success 'odd names are kept as they are' '
	for name in "../../x" .git "a/b" "x y" "schön" "@scope/app" "a@b"; do
		contract odd.json "consumer=$name"
		expect_status 0 "$tally" publish odd.json --version "$name" --branch "$name" \
			--broker broker.git
		expect_in out "$name $name, contract with orders: created"
	done
	git -C broker.git fsck --strict 2>fsck
	expect_no_lines find . -name x
'

test_expect_success 'names that cannot be are refused; nothing changed' '
	before=$(commits)
	long=$(printf "%01100d" 0)
	for version in "$long" "$(printf "a\nb")" "$(printf "a\033b")"; do
		expect_status 2 "$tally" publish one.json --version "$version" --broker broker.git
		expect_empty out
	done
	[ "$(commits)" -eq "$before" ]
'

test_expect_success 'bad contracts are refused; nothing changed' '
	before=$(commits)
	expect_bad_inputs_refused "$tally" publish --version 9 --broker broker.git folder
	echo "{\"interactions\": []}" >nameless.json
	expect_refused nameless.json "$tally" publish nameless.json --version 9 --broker broker.git
	mkdir -p empty
	expect_status 3 "$tally" publish empty --version 9 --broker broker.git
	expect_in err "expected contract files"
	[ "$(commits)" -eq "$before" ]
'

test_expect_success 'no broker, or not one' '
	expect_refused "--broker is missing" "$tally" publish one.json --version 9
	expect_refused "no-such.git" "$tally" publish one.json --version 9 --broker no-such.git
	git init -q --bare plain.git
	expect_refused "plain.git" "$tally" publish one.json --version 9 --broker plain.git
	expect_status 2 "$tally" publish one.json --version 9 --broker one.json
	expect_in err "one.json"
	expect_status 4 "$tally" publish one.json --version 9 --broker http://127.0.0.1:1
	expect_in err "http://127.0.0.1:1"
	expect_status 2 "$tally" publish one.json --version 9 --broker ssh://broker.example
	expect_in err "it has no path"
	expect_status 2 "$tally" publish one.json --version 9 --broker gopher://broker.example
	expect_in err "gopher://"
'

test_expect_success 'wrong use' '
	expect_refused "FILE|DIR is missing" "$tally" publish --version 1
	expect_refused "--version is missing" "$tally" publish one.json --broker broker.git
	expect_refused "unknown option --brnch; did you mean --branch?" \
		"$tally" publish one.json --brnch main
'

test_expect_success 'writers at once lose nothing' '
	pids=
	for i in 1 2 3 4 5 6; do
		"$tally" publish one.json --version "c$i" --broker broker.git >"out.$i" 2>&1 &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid"
	done
	"$tally" log --broker broker.git >log
	for i in 1 2 3 4 5 6; do
		expect_in log "publish web-shop c$i"
	done
'

test_done
