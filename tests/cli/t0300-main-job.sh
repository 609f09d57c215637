#!/bin/sh
# The main job: publish, verify with the broker, record, deploy, ask; good and bad.
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER
# shellcheck disable=SC2034 # the scripts use it
provider=$TALLY_BUILDDIR/doc/examples/provider

# verify VERSION [OPTION]...: the broker's contracts, the results published
verify() {
	version=$1
	shift
	"$tally" verify --provider orders --provider-url "$url" \
		--state-change-url "$url/provider-states" \
		--publish --provider-version "$version" --provider-branch main "$@"
}

test_expect_success 'a broker, an environment, a contract' '
	expect_status 0 "$tally" broker init broker.git
	expect_in out "broker repository made: broker.git"
	expect_status 0 "$tally" environment create production --production
	contract one.json
	expect_status 0 "$tally" publish one.json --version 1.0.0 --branch main
'

test_expect_success 'nobody has answered yet: no, and the next command' '
	expect_status 1 "$tally" can-i-deploy web-shop@1.0.0 --to production
	expect_in out "no: web-shop 1.0.0 cannot be deployed to production" "next: tally verify"
'

test_expect_success 'the provider is verified, the result recorded' '
	start_server "$provider"
	expect_status 0 verify 1.0.0
	expect_in out "web-shop 1.0.0 -> orders: 1 passed"
	expect_in err "replaying web-shop 1.0.0: " "results recorded for orders 1.0.0"
	stop_server
'

test_expect_success 'the provider is deployed: yes, and why' '
	expect_status 0 "$tally" record-deployment orders@1.0.0 --to production
	expect_in out "orders 1.0.0 runs in production"
	expect_status 0 "$tally" can-i-deploy web-shop@1.0.0 --to production
	expect_in out "yes: web-shop 1.0.0 can be deployed to production" \
		"ok      web-shop 1.0.0 with orders 1.0.0"
	expect_empty err
	expect_status 0 "$tally" record-deployment --pacticipant web-shop --version 1.0.0 \
		--environment production
'

if command -v script >/dev/null && [ "$(uname)" = Linux ]; then
	test_expect_success 'colours on a terminal, unless NO_COLOR says no; never in a file' '
		ask="\"$tally\" can-i-deploy web-shop@1.0.0 --to production"
		green=$(printf "\033[32myes")
		env TERM=xterm script -qec "$ask" /dev/null >typescript
		expect_in typescript "$green"
		env TERM=xterm NO_COLOR=1 script -qec "$ask" /dev/null >typescript
		expect_in typescript "yes: "
		expect_not_in typescript "$green"
		env TERM=dumb script -qec "$ask" /dev/null >typescript
		expect_not_in typescript "$green"
		env TERM=xterm "$tally" can-i-deploy web-shop@1.0.0 --to production >typescript
		expect_not_in typescript "$green"
	'
else
	test_skip 'colours on a terminal, unless NO_COLOR says no; never in a file' 'there is no script(1)'
fi

test_expect_success 'a member is renamed: a mismatch to read; recorded all the same' '
	start_server "$provider" --rename-total amount
	expect_status 1 verify 2.0.0
	expect_in out "REGRESSED: a request for order 42" total
	expect_in err "results recorded for orders 2.0.0"
	stop_server
'

test_expect_success 'no, why, who moved, what worked, what next' '
	expect_status 1 "$tally" can-i-deploy orders@2.0.0 --to production
	expect_in out "no: orders 2.0.0 cannot be deployed to production" \
		"broken  web-shop 1.0.0 with orders 2.0.0" "who moved: the provider (orders)" \
		"last worked: web-shop 1.0.0 with orders 1.0.0" "failed: a request for order 42" \
		total "next: tally"
'

test_expect_success 'the command that is to be next can be run' '
	sed -n "s/^ *next: //p" out | head -n 1 >next
	[ -s next ]
	start_server "$provider"
	PROVIDER_URL=$url
	export PROVIDER_URL
	PATH=$TALLY_BUILDDIR:$PATH
	status=0
	sh ./next >out 2>err || status=$?
	[ "$status" -le 1 ]
	expect_in out "-> orders"
	stop_server
'

test_expect_success 'for machines: the fields of Pact and ours' '
	expect_status 1 "$tally" can-i-deploy orders@2.0.0 --to production --format json
	is_json out
	expect_empty err
	expect_in out "\"summary\":" "\"deployable\": false" "\"notices\":" "\"matrix\":" \
		"\"verdict\": \"no\"" "\"verdict\": \"broken\"" "\"moved\": \"provider\"" \
		"\"lastWorked\":" "\"next\":"
	expect_status 0 "$tally" can-i-deploy orders@1.0.0 --to production --format json
	is_json out
	expect_in out "\"deployable\": true" "\"verdict\": \"yes\""
'

test_expect_success 'the answer of an older state' '
	old=$(git -C broker.git log --format=%H --grep "deploy web-shop" | tail -n 1)
	expect_status 0 "$tally" can-i-deploy web-shop@1.0.0 --to production --at "$old"
	expect_in out "as of $old"
	first=$(git -C broker.git log --format=%H | tail -n 1)
	expect_status 1 "$tally" can-i-deploy web-shop@1.0.0 --to production --at "$first"
	expect_empty out
	expect_status 2 "$tally" can-i-deploy web-shop@1.0.0 --to production --at yesterday-ish
	expect_in err yesterday-ish
'

test_expect_success 'one consumer version, wherever it is' '
	contract two.json total=1.5 "description=another request"
	"$tally" publish two.json --version 1.1.0-dev --branch feature
	start_server "$provider"
	expect_status 0 verify 1.0.1 --consumer-version web-shop@1.1.0-dev
	expect_in out "web-shop 1.1.0-dev -> orders: 1 passed"
	expect_in err "web-shop 1.1.0-dev"
	expect_status 2 verify 1.0.1 --consumer-version web-shop@9
	expect_refused "--consumer-version: expected APP@VERSION" verify 1.0.1 --consumer-version web-shop
	stop_server
'

test_expect_success 'contract files can be published for, too' '
	start_server "$provider"
	expect_status 0 "$tally" verify one.json --provider-url "$url" \
		--state-change-url "$url/provider-states" --publish --provider-version 1.0.2
	expect_in err "results recorded for orders 1.0.2"
	stop_server
	expect_status 0 "$tally" can-i-deploy orders@1.0.2 --to production
'

test_expect_success 'a filtered run publishes what ran; runs add up' '
	cat >three.json <<-\EOF
	{"consumer": {"name": "mobile"}, "provider": {"name": "orders"}, "interactions": [
	 {"description": "one", "request": {"method": "GET", "path": "/orders/43"},
	  "response": {"status": 404}},
	 {"description": "two", "request": {"method": "GET", "path": "/orders/44"},
	  "response": {"status": 404}}],
	 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	EOF
	"$tally" publish three.json --version 1 --branch main
	start_server "$provider"
	expect_status 0 verify 1.0.3 --filter-consumer mobile --filter-description one
	expect_in out "1 passed, 1 skipped"
	"$tally" record-deployment orders@1.0.3 --to production
	expect_status 1 "$tally" can-i-deploy mobile@1 --to production
	expect_in out waiting
	expect_status 0 verify 1.0.3 --filter-consumer mobile --filter-description two
	stop_server
	expect_status 0 "$tally" can-i-deploy mobile@1 --to production
'

test_expect_success 'a provider that is not there is no result' '
	before=$(git -C broker.git rev-parse HEAD)
	url=http://127.0.0.1:1
	expect_status 4 verify 3.0.0
	[ "$(git -C broker.git rev-parse HEAD)" = "$before" ]
'

test_expect_success 'no contracts for a provider: 3' '
	expect_status 3 "$tally" verify --provider billing --provider-url http://127.0.0.1:1
	expect_empty out
	expect_in err billing
	expect_refused "--provider is missing" "$tally" verify --provider-url http://127.0.0.1:1
'

test_expect_success 'what is not known: 1, and named' '
	expect_status 1 "$tally" can-i-deploy web-shop@1.0.0 --to nowhere
	expect_empty out
	expect_in err nowhere
	expect_status 1 "$tally" can-i-deploy web-shop@0 --to production
	expect_in out "no: web-shop 0 cannot be deployed" "next: tally publish contracts --version 0"
	expect_status 1 "$tally" record-deployment web-shop@1.0.0 --to nowhere
	expect_in err nowhere
	expect_status 1 "$tally" record-deployment web-shop@0 --to production
'

test_expect_success 'instances are apart' '
	expect_status 0 "$tally" record-deployment orders@1.0.1 --to production \
		--application-instance berlin --format json
	is_json out
	expect_in out "\"instance\": \"berlin\""
	expect_status 0 "$tally" environment show production
	expect_in out "orders 1.0.1, instance berlin, since " "orders 1.0.3, since "
'

test_expect_success 'wrong use' '
	expect_refused "--to is missing" "$tally" can-i-deploy web-shop@1.0.0
	expect_refused "--to is missing" "$tally" record-deployment web-shop@1.0.0
	expect_refused "APP@VERSION is missing" "$tally" can-i-deploy --to production
	expect_refused "leave one out" "$tally" can-i-deploy web-shop@1 --pacticipant orders --to production
	expect_refused "leave one out" "$tally" can-i-deploy web-shop@1 --version 2 --to production
	expect_refused "expected a version after" "$tally" can-i-deploy web-shop@ --to production
'

test_expect_success 'a full disk does not turn a no into a yes, or a yes into silence' '
	[ -c /dev/full ] || exit 0
	for format in text json; do
		for version in 1.0.0 2.0.0; do
			status=0
			"$tally" can-i-deploy orders@$version --to production --format $format \
				>/dev/full 2>err || status=$?
			[ "$status" -eq 4 ]
			expect_in err "standard output"
		done
	done
'

test_expect_success 'names with an @ of their own' '
	contract scoped.json consumer=@scope/app
	"$tally" publish scoped.json --version 1 --branch main
	expect_status 1 "$tally" can-i-deploy @scope/app@1 --to nowhere
	expect_in err nowhere
	expect_status 0 "$tally" record-deployment @scope/app@1 --to production
	expect_in out "@scope/app 1 runs in production"
	contract at.json consumer=a@b
	"$tally" publish at.json --version 1
	expect_status 0 "$tally" record-deployment -a a@b -e 1 --to production
	expect_in out "a@b 1 runs in production"
'

test_done
