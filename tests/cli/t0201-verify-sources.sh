#!/bin/sh
# tally verify: where contracts come from, in which order, and what is left out.
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# shellcheck disable=SC2034 # the scripts use it
provider=$TALLY_BUILDDIR/doc/examples/provider
# shellcheck disable=SC2034
nowhere=http://127.0.0.1:1

# verify SOURCE...: against the provider of the test
verify() {
	"$tally" verify --provider-url "$url" --state-change-url "$url/provider-states" "$@"
}

test_expect_success 'files, folders and options add up, in one order' '
	mkdir folder others
	contract z.json consumer=a-shop
	contract folder/b.json consumer=c-shop
	contract folder/a.json consumer=d-shop
	contract others/x.json consumer=b-shop
	start_server "$provider"
	expect_status 0 verify folder z.json --dir others
	sed -n "s/ -> .*//p" out >order
	printf "%s\n" a-shop b-shop c-shop d-shop >expected
	cmp expected order
	cp out first
	expect_status 0 verify -d others -f z.json folder
	cmp first out
	expect_status 0 verify --dir folder --dir others --file z.json --format json
	expect_in out "\"file\": \"folder/a.json\"" "\"file\": \"z.json\""
	stop_server
'

test_expect_success 'the same contract twice is replayed once, and said' '
	cp z.json copy.json
	sed "s/\"metadata\"/\"extra\": 1, \"metadata\"/" z.json >again.json
	contract other.json consumer=a-shop total=10
	start_server "$provider"
	expect_status 0 verify z.json ./z.json copy.json again.json
	expect_in out "a-shop -> orders: 1 passed"
	[ "$(grep -c "a-shop" out)" -eq 1 ]
	[ "$(grep -c "replayed once" err)" -eq 3 ]
	expect_in err "copy.json is the same contract as ./z.json" \
		"z.json is the same contract as ./z.json"
	# Two contracts of the same two applications that differ are both replayed.
	expect_status 0 verify z.json other.json
	expect_empty err
	[ "$(grep -c "a-shop -> orders: 1 passed" out)" -eq 2 ]
	stop_server
'

test_expect_success 'contracts of other providers are left out, and said' '
	contract folder/payments.json provider=payments
	start_server "$provider"
	expect_status 0 verify folder --provider orders
	expect_in err "left out folder/payments.json: its provider is payments, not orders"
	expect_not_in out payments
	expect_status 3 verify folder/payments.json --provider orders
	expect_in err "left out folder/payments.json" "nothing to verify: 1 contract read"
	mkdir many
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		contract many/$i.json provider=payments consumer=c$i
	done
	expect_status 3 verify many --provider orders
	[ "$(grep -c "left out many/" err)" -eq 10 ]
	expect_in err "left out 2 more contracts of other providers"
	rm folder/payments.json
	stop_server
'

test_expect_success 'several consumers of a filter' '
	start_server "$provider"
	expect_status 0 verify folder others --filter-consumer c-shop -c b-shop
	expect_in out "b-shop -> orders" "c-shop -> orders"
	expect_not_in out d-shop
	expect_status 0 env TALLY_FILTER_CONSUMER=c-shop,d-shop "$tally" verify folder others \
		--provider-url "$url" --state-change-url "$url/provider-states"
	expect_in out "c-shop -> orders" "d-shop -> orders"
	expect_not_in out b-shop
	stop_server
'

test_expect_success 'nothing: 3 and why, or 0 and why' '
	mkdir empty
	expect_status 3 "$tally" verify empty --provider-url $nowhere
	expect_empty out
	expect_in err "empty: expected contract files (*.json) in it, found none" \
		"nothing to verify: no contracts were found"
	expect_status 0 "$tally" verify empty --provider-url $nowhere --ignore-no-pacts-error
	expect_empty out
	expect_in err "nothing to verify: no contracts were found"
	expect_status 0 env TALLY_IGNORE_NO_PACTS_ERROR=true "$tally" verify z.json \
		--provider-url $nowhere --filter-consumer nobody
	expect_in err "nothing to verify: 1 contract read, none for"
	expect_status 0 "$tally" verify z.json --provider-url $nowhere --ignore-no-pacts-error \
		--filter-description nothing-like-it
	# An empty folder beside others is said, and no error.
	start_server "$provider"
	expect_status 0 verify empty z.json
	expect_in err "empty: expected contract files"
	stop_server
'

test_expect_success 'one that cannot be read: all such are said, and nothing is asked' '
	mkdir mixed
	contract mixed/a.json
	echo "{" >mixed/b.json
	echo "[]" >mixed/c.json
	expect_refused "mixed/b.json:2:1" "$tally" verify mixed missing.json --provider-url $nowhere
	expect_in err "mixed/c.json" "missing.json" "nothing was asked: 3 of 4 contracts cannot be read"
	for i in 1 2 3 4 5; do for j in 1 2 3 4 5 6; do echo "{" >mixed/x$i$j.json; done; done
	expect_refused "and 12 more" "$tally" verify mixed --provider-url $nowhere
'

test_expect_success 'a server or broker that is not there: 4, never nothing' '
	expect_status 4 "$tally" verify $nowhere/pact.json --provider-url $nowhere
	expect_empty out
	expect_in err "$nowhere/pact.json"
	expect_status 4 "$tally" verify $nowhere/pact.json --provider-url $nowhere \
		--ignore-no-pacts-error
	# What is wrong is not mended by another attempt.
	expect_status 2 "$tally" verify $nowhere/pact.json missing.json --provider-url $nowhere
	expect_status 2 "$tally" verify --broker no-such-broker --provider orders \
		--provider-url $nowhere --ignore-no-pacts-error
'

test_expect_success 'contracts from URLs' '
	mkdir served
	serving z.json >served/a.json
	start_server "$tally" stub served
	stub=$server stub_reader=$reader source=$url/contract
	start_server "$provider"
	expect_status 0 verify "$source"
	expect_in out "a-shop -> orders: 1 passed"
	expect_status 0 verify --url "$source" z.json
	[ "$(grep -c "a-shop" out)" -eq 1 ]
	expect_in err "z.json is the same contract as $source"
	expect_status 0 env PACT_WEBHOOK_CALLBACK_URL="$source" "$tally" verify \
		--provider-url "$url" --state-change-url "$url/provider-states" --format json
	expect_in out "\"file\": \"$source\""
	# Names and passwords in URLs stay out of all that is shown.
	expect_status 0 verify "http://me:hush@${source#http://}" --json results.json
	expect_not_in results.json hush
	expect_status 4 verify "http://me:hush@${source#http://}/none"
	expect_not_in err hush
	expect_in err "expected a contract, found status"
	stop_server
	server=$stub reader=$stub_reader
	stop_server
'

if command -v python3 >/dev/null 2>&1; then
	cat >recording.py <<-\EOT
		import http.server, sys
		class Recording(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        body = open("z.json", "rb").read()
		        print("authorization:", self.headers.get("Authorization"), flush=True)
		        self.send_response(200)
		        self.send_header("Content-Length", str(len(body)))
		        self.end_headers()
		        self.wfile.write(body)
		    def log_message(self, *arguments): pass
		server = http.server.HTTPServer(("127.0.0.1", 0), Recording)
		print("listening on http://127.0.0.1:%d" % server.server_port, flush=True)
		server.serve_forever()
	EOT

	test_expect_success 'the credentials of the broker are for its own server alone' '
		start_server python3 recording.py
		recording=$server recording_reader=$reader source=$url
		start_server "$provider"
		PACT_BROKER_TOKEN=abc verify "$source/1" >out 2>err
		verify "$source/2" --user me --password hush >out 2>err
		verify "$source/3" --user me:hush --broker "$source/broker" >out 2>err
		verify "$source/4" -t abc --broker http://broker.invalid >out 2>err
		PACT_BROKER_TOKEN=abc verify "$source/5" --broker broker.git >out 2>err
		stop_server
		server=$recording reader=$recording_reader
		stop_server 143
		cat >expected <<-\EOF
		authorization: Bearer abc
		authorization: Basic bWU6aHVzaA==
		authorization: Basic bWU6aHVzaA==
		authorization: None
		authorization: None
		EOF
		cmp expected server.out
	'

	test_expect_success 'secrets in the URL of a contract are not told' '
		start_server python3 recording.py
		recording=$server recording_reader=$reader source=$url
		start_server "$provider"
		expect_status 0 verify "$source/1?access_token=hush-1&tenant=hush-2&page=3" --mask tenant \
			--json told.json --junit told.xml --html told.html --format github
		expect_in told.json "\"file\": \"$source/1?access_token=***&tenant=***&page=3\""
		expect_status 4 verify "$url/nothing?token=hush-1" --json error.json
		expect_in err "$url/nothing?token=***: "
		expect_status 2 verify "$url/orders/42?token=hush-1"
		expect_in err "$url/orders/42?token=***"
		grep hush- out err told.* error.json && return 1
		stop_server
		server=$recording reader=$recording_reader
		stop_server 143
	'
fi

test_expect_success 'the provider by its parts, as Pact has them' '
	start_server "$provider"
	port=${url##*:}
	expect_status 0 "$tally" verify z.json --hostname 127.0.0.1 --port "$port" --transport http \
		--state-change-url "$url/provider-states"
	expect_status 0 env PACT_PROVIDER_PORT="$port" PACT_PROVIDER_HOSTNAME=127.0.0.1 "$tally" \
		verify z.json --state-change-url "$url/provider-states"
	expect_status 1 "$tally" verify z.json --hostname 127.0.0.1 -p "$port" --base-path not/there \
		--state-change-url "$url/provider-states"
	expect_in out "http://127.0.0.1:$port/not/there/orders/42"
	expect_refused "--provider-url and --port are both given" verify z.json --port 80
	expect_refused "--provider-url and --base-path are both given" verify z.json --base-path /x
	expect_status 4 "$tally" verify z.json --hostname ::1 --port 1
	expect_in err "[::1]:1"
	stop_server
'

test_expect_success 'headers as Pact spells them' '
	cat >header.json <<-\EOF
	{"consumer": {"name": "a"}, "provider": {"name": "orders"}, "interactions": [
	 {"description": "d", "request": {"path": "/nowhere"}, "response": {"status": 200}}]}
	EOF
	start_server "$provider"
	expect_status 1 verify header.json --header X-One=a:b -H "X-Two: c=d"
	expect_in out "X-One: a:b" "X-Two: c=d"
	stop_server
'

test_expect_success 'selectors are checked before anybody is asked' '
	set -- "$tally" verify --provider orders --provider-url $nowhere --broker $nowhere
	expect_refused "--consumer-version-selectors: expected JSON such as" "$@" \
		--consumer-version-selectors "{mainBranch: true}"
	expect_refused "expected an object or a list of objects" "$@" \
		--consumer-version-selectors "[1]"
	expect_refused "--consumer-version names one contract" "$@" --consumer-version a@1 \
		--consumer-version-tag main
	expect_refused "--broker is missing" "$tally" verify z.json --provider-url $nowhere \
		--consumer-version-tags main,prod
	expect_refused "--consumer-version-selectors" env \
		TALLY_CONSUMER_VERSION_SELECTORS="[{\"branch\": \"a\", \"x\"}]" "$@"
'

test_done
