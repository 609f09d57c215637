#!/bin/sh
# tally mock: messages, fetched over HTTP
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

cat >event.json <<'EOT'
{"consumer": {"name": "mailer"}, "provider": {"name": "orders"},
 "interactions": [
  {"type": "Asynchronous/Messages", "description": "an order was paid",
   "providerStates": [{"name": "an order exists", "params": {"id": 42}}],
   "contents": {"contentType": "application/json", "content": {
     "id": {"pact:matcher:type": "integer", "value": 42},
     "paidOn": {"pact:matcher:type": "datetime", "format": "yyyy-MM-dd", "value": "2026-11-21",
      "pact:generator:type": "Date"}}},
   "metadata": {"topic": "orders"}}],
 "metadata": {"pactSpecification": {"version": "4.0"}}}
EOT
cat >question.json <<'EOT'
{"consumer": {"name": "mailer"}, "provider": {"name": "orders"},
 "interactions": [
  {"type": "Synchronous/Messages", "description": "a question",
   "request": {"contents": {"contentType": "application/json", "content": {"id": 42}}},
   "response": [{"contents": {"contentType": "application/json", "content": {"status": "open"}},
     "metadata": {"queue": "answers"}}]}],
 "metadata": {"pactSpecification": {"version": "4.0"}}}
EOT
cat >ping.json <<'EOT'
{"consumer": {"name": "mailer"}, "provider": {"name": "orders"},
 "interactions": [{"type": "Synchronous/HTTP", "description": "a ping",
   "request": {"path": "/ping"}, "response": {"status": 200}}],
 "metadata": {"pactSpecification": {"version": "4.0"}}}
EOT
# What tests do: fetch DOCUMENT writes what came to body, and its headers to head.
cat >fetch <<'EOT'
#!/bin/sh
curl -s -D head -o body -X POST -H 'Content-Type: application/json' -d "$1" "$TALLY_MOCK_MESSAGES_URL"
EOT
chmod +x fetch

test_expect_success 'messages alone: their contents, type and metadata come; the contract has them' '
	expect_status 0 "$tally" mock event.json --now 2026-11-24T10:00:00Z -- \
		./fetch "{\"description\": \"an order was paid\"}"
	[ "$(wc -l <out)" -eq 3 ]
	expect_in out "ok: 1 interaction exercised" "contract written: contracts/mailer-orders.json"
	[ "$(cat body)" = "{\"id\":42,\"paidOn\":\"2026-11-24\"}" ]
	expect_in head "HTTP/1.1 200" "Content-Type: application/json" \
		"Pact-Message-Metadata: eyJ0b3BpYyI6Im9yZGVycyJ9"
	is_json contracts/mailer-orders.json
	expect_in contracts/mailer-orders.json "Asynchronous/Messages" "\"integer\"" "2026-11-21"
'

test_expect_success 'only messages: no address for requests, and the first line has that of messages' '
	expect_status 1 "$tally" mock event.json -- \
		sh -c "echo \"\${TALLY_MOCK_URL-none} \$TALLY_MOCK_MESSAGES_URL \$TALLY_MOCK_MESSAGES_URL_ORDERS\""
	address=$(sed -n "1s/^listening on //p" out)
	[ "$(sed -n 2p out)" = "none $address $address" ]
	expect_in out "the message \"an order was paid\" was expected, but never fetched"
'

test_expect_success 'provider states choose, by name or with their parameters' '
	for states in "[\"an order exists\"]" "[{\"name\": \"an order exists\"}]" \
		"[{\"name\": \"an order exists\", \"params\": {\"id\": 42}}]"; do
		expect_status 0 "$tally" mock event.json -- \
			./fetch "{\"description\": \"an order was paid\", \"providerStates\": $states}"
	done
	for states in "[\"another\"]" "[]" "[{\"name\": \"an order exists\", \"params\": {\"id\": 43}}]"; do
		expect_status 1 "$tally" mock event.json -- \
			./fetch "{\"description\": \"an order was paid\", \"providerStates\": $states}"
		expect_in out "expected in other provider states, such as \"an order exists\""
		expect_in head "HTTP/1.1 500"
		is_json body
	done
'

test_expect_success 'one description in several states: they have to be named' '
	sed "s/an order exists/no order exists/; s/: 42/: 43/g" event.json >other.json
	expect_status 1 "$tally" mock event.json other.json -- \
		./fetch "{\"description\": \"an order was paid\"}"
	expect_in out "several messages have this description: name the provider states, too"
	expect_status 0 "$tally" mock event.json other.json -o several -- sh -ec "
		./fetch \"{\\\"description\\\": \\\"an order was paid\\\", \\\"providerStates\\\": [\\\"no order exists\\\"]}\"
		grep 43 body
		./fetch \"{\\\"description\\\": \\\"an order was paid\\\", \\\"providerStates\\\": [\\\"an order exists\\\"]}\"
		grep 42 body"
	expect_in several/mailer-orders.json "no order exists" "an order exists"
'

test_expect_success 'a description that is not there: what is near' '
	rm -rf none
	expect_status 1 "$tally" mock event.json -o none -- ./fetch "{\"description\": \"an order was payd\"}"
	expect_in out "the message \"an order was payd\" was asked for, but is not expected: " \
		"there is \"an order was paid\""
	expect_in body message-not-found "an order was paid"
	[ ! -e none ]
'

test_expect_success 'a synchronous message: the request is compared, the response comes' '
	expect_status 0 "$tally" mock question.json -- \
		./fetch "{\"description\": \"a question\", \"request\": {\"contents\": {\"content\": {\"id\": 42}}}}"
	[ "$(cat body)" = "{\"status\":\"open\"}" ]
	expect_in head "Pact-Message-Metadata: "
	expect_status 0 "$tally" mock question.json -- \
		./fetch "{\"description\": \"a question\", \"request\": {\"contents\": {\"id\": 42}}}"
	for contents in "{\"id\": 43}" "{\"id\": 42, \"more\": 1}" "{}"; do
		expect_status 1 "$tally" mock question.json -- \
			./fetch "{\"description\": \"a question\", \"request\": {\"contents\": $contents}}"
		expect_in out "the message \"a question\" was asked for, but its request is not as expected"
		expect_not_in out "never fetched"
		expect_in body message-mismatch mismatches
	done
	expect_status 1 "$tally" mock question.json -- ./fetch "{\"description\": \"a question\"}"
	expect_in out "send its request in the member \"request\""
'

test_expect_success 'several responses come as an array, none as 204' '
	sed "s/}}],\$/}}, {\"contents\": {\"contentType\": \"text\/plain\", \"content\": \"second\"}}]}],/; s/\"answers\"}}]}/\"answers\"}}, {\"contents\": {\"contentType\": \"text\/plain\", \"content\": \"second\"}}]}/" \
		question.json >two.json
	expect_in two.json second
	expect_status 0 "$tally" mock two.json -o two -- \
		./fetch "{\"description\": \"a question\", \"request\": {\"contents\": {\"id\": 42}}}"
	is_json body
	expect_in body "second" "open" "\"queue\":\"answers\""
	sed "s/\"response\": .*/\"response\": []}],/; /\"metadata\": {\"queue\"/d" question.json >zero.json
	expect_status 0 "$tally" mock zero.json -o zero -- \
		./fetch "{\"description\": \"a question\", \"request\": {\"contents\": {\"id\": 42}}}"
	expect_in head "HTTP/1.1 204"
'

test_expect_success 'requests and messages of one provider, in one file and several' '
	"$tally" merge contracts/mailer-orders.json ping.json -o mixed.json
	for files in mixed.json "event.json question.json ping.json"; do
		rm -rf both
		expect_status 0 "$tally" mock $files -o both -- sh -c "
			curl -sf \$TALLY_MOCK_URL/ping && curl -sf \$TALLY_MOCK_URL_ORDERS/ping
			./fetch \"{\\\"description\\\": \\\"an order was paid\\\"}\"
			./fetch \"{\\\"description\\\": \\\"a question\\\", \\\"request\\\": {\\\"contents\\\": {\\\"id\\\": 42}}}\""
		[ "$(sed -n 1p out | sed "s/:[0-9]*\$//")" = "listening on http://127.0.0.1" ]
		sed -n 2p out >second
		expect_in second "listening on http://127.0.0.1:" " for messages"
		expect_in out "ok: 3 interactions exercised"
		expect_in both/mailer-orders.json "a ping" "an order was paid" "a question"
	done
	expect_status 1 "$tally" mock mixed.json -o none -- sh -c "curl -sf \$TALLY_MOCK_URL/ping"
	expect_in out "the message \"an order was paid\" was expected, but never fetched"
	[ ! -e none ]
'

# send METHOD PATH BODY: as fetch does; the status goes to the file code.
cat >send <<'EOT'
#!/bin/sh
curl -s -g -o body -w '%{http_code}' -X "$1" -d "$3" "$TALLY_MOCK_MESSAGES_URL$2" >code
EOT
chmod +x send

test_expect_success 'what is no request for a message is refused, and fails the run' '
	expect_not_taken() {
		expect_status 1 "$tally" mock event.json -- \
			sh -c "./fetch \"{\\\"description\\\": \\\"an order was paid\\\"}\"; ./send \"\$@\"" sh "$@"
		[ "$(cat code)" = 400 ]
		is_json body
		expect_in body request-refused
		expect_in out "1 interaction exercised, 1 problem" "was refused: "
	}
	for document in "" "[]" 1 "{}" x "{\"description\": 1}" \
		"{\"description\": \"an order was paid\", \"providerStates\": 1}"; do
		expect_not_taken POST / "$document"
	done
	for method in GET DELETE; do
		expect_not_taken "$method" / "{\"description\": \"an order was paid\"}"
	done
	expect_not_taken POST /else "{\"description\": \"an order was paid\"}"
'

test_expect_success 'the verifier finds in the mock what it wrote' '
	start_server "$tally" mock event.json question.json -o roundtrip
	expect_status 0 "$tally" verify contracts/mailer-orders.json --provider-url "$url"
	stop_server
	expect_in server.out "ok: 2 interactions exercised"
'

test_expect_success 'versions of the specification: what cannot be written is said before the tests' '
	rm -f ran
	expect_status 0 "$tally" mock event.json --spec 3 -o three -- ./fetch "{\"description\": \"an order was paid\"}"
	expect_in three/mailer-orders.json "\"messages\"" "3.0.0"
	expect_refused "an order was paid" "$tally" mock event.json --spec 2 -o two -- touch ran
	expect_refused "a question" "$tally" mock question.json --spec 3 -o two -- touch ran
	[ ! -e ran ]
'

test_expect_success 'a rule that cannot be is refused, with its place' '
	sed "s/\"id\": 42}}/\"id\": {\"pact:matcher:type\": \"regex\", \"regex\": \"[\", \"value\": \"x\"}}}/" question.json >wrong.json
	expect_refused "wrong.json: /interactions/0/request" "$tally" mock wrong.json -- true
'

test_expect_success 'an example that its own matcher refuses, too' '
	sed "s/\"value\": 42/\"value\": \"x\"/" event.json >wrong.json
	expect_refused "wrong.json: /interactions/0/contents/content/id" "$tally" mock wrong.json -o none -- true
	sed "s/\"type\": \"Asynchronous.Messages\", //; s/\"interactions\"/\"messages\"/; s/\"4.0\"/\"3.0.0\"/
		s/\"contentType\": \"application.json\", \"content\": {//; s/Date\"}}},/Date\"}},/" wrong.json >wrong3.json
	expect_refused "wrong3.json: /messages/0/contents/id" "$tally" mock wrong3.json -o none -- true
'

test_expect_success 'a port for each address' '
	start_server "$tally" mock mixed.json
	port=${url##*:}
	stop_server 1
	# It was free a moment ago; should another program have taken it or the next meanwhile, again.
	for try in $(seq 100); do
		status=0
		"$tally" mock mixed.json --port "$port" -- true >out 2>err || status=$?
		[ "$status" -eq 4 ] || break
		port=$((port + 2))
	done
	[ "$(sed -n "1s/.*://p" out)" = "$port" ]
	expect_in out "listening on http://127.0.0.1:$((port + 1)) for messages"
	expect_refused "there is none after 65535" "$tally" mock mixed.json --port 65535 -- true
'

test_expect_success 'messages of one description are told apart by their states' '
	cat >twins.json <<-\EOT
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"type": "Asynchronous/Messages", "description": "paid", "contents": {"content": 1},
	  "providerStates": [{"name": "in euros"}]},
	 {"type": "Asynchronous/Messages", "description": "paid", "contents": {"content": 2},
	  "providerStates": [{"name": "in pounds"}]}],
 "metadata": {"pactSpecification": {"version": "4.0"}}}
	EOT
	expect_status 1 "$tally" mock twins.json --json report.json -- ./fetch "{\"description\": \"paid\"}"
	expect_in out "the message \"paid\" was expected, but never fetched, given \"in euros\"" \
		"never fetched, given \"in pounds\"" \
		"name the provider states, too: \"in euros\", or \"in pounds\""
	expect_in report.json "\"name\": \"in pounds\""
'

test_expect_success 'a long reason is not cut within a character' '
	long=$(perl -e "print qq(\xf0\x9f\x98\x80) x 100")
	for pad in "" x xx xxx; do
		expect_status 1 "$tally" mock question.json --json report.json -- \
			./fetch "{\"description\": \"a question\", \"request\": \"$pad$long\"}"
		expect_in report.json "cannot be read"
		iconv -f UTF-8 -t UTF-8 report.json >again
	done
'

test_expect_success 'browsers are answered: CORS' '
	expect_status 0 "$tally" mock event.json -- sh -c "./send OPTIONS / \"\"
		./fetch \"{\\\"description\\\": \\\"an order was paid\\\"}\""
	[ "$(cat code)" = 400 ]
	expect_status 0 "$tally" mock event.json --cors -- sh -c "
		curl -s -X OPTIONS -H \"Origin: http://x\" -D preflight \$TALLY_MOCK_MESSAGES_URL
		./fetch \"{\\\"description\\\": \\\"an order was paid\\\"}\""
	expect_in preflight "HTTP/1.1 204" "Access-Control-Allow-Origin: http://x"
	expect_in head "Access-Control-Allow-Origin: *"
'

test_done
