#!/bin/sh
# Generated values: tally generate, and the seeds of tally mock and tally verify
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

cat >request.json <<'EOT'
{"method": "PUT", "path": "/users/1", "query": {"since": ["2000-01-01"]},
 "headers": {"Content-Type": "application/json", "X-Request": "none"},
 "body": {"id": 1, "nonce": "x"},
 "generators": {
  "path": {"type": "ProviderState", "expression": "/users/${id}"},
  "query": {"since": {"type": "Date"}},
  "header": {"x-request": {"type": "Uuid"}},
  "body": {"$.id": {"type": "ProviderState", "expression": "id"},
           "$.nonce": {"type": "RandomString", "size": 20}}}}
EOT

cat >response.json <<'EOT'
{"status": 201, "headers": {"Location": "http://example.org/users/1"}, "body": {"name": "x"},
 "generators": {
  "header": {"Location": {"type": "MockServerURL", "example": "http://example.org/users/1",
                          "regex": ".*(/users/\\d+)$"}},
  "body": {"$.name": {"type": "RandomString", "size": 20}}}}
EOT

test_expect_success 'a request as a verification sends it' '
	expect_status 0 "$tally" generate request request.json --spec 3 --mode provider --seed 1 \
		--now 2026-11-21T09:14:16+01:00 --context "{\"providerState\": {\"id\": 42}}"
	expect_empty err
	is_json out
	expect_in out "\"path\": \"/users/42\"" "\"id\": 42" "\"2026-11-21\""
	expect_not_in out "\"x\""
	expect_not_in out "\"none\""
	expect_not_in out generators
	cp out first.json
	expect_status 0 "$tally" generate request request.json --spec 3 --mode provider --seed 1 \
		--now 2026-11-21T09:14:16+01:00 --context "{\"providerState\": {\"id\": 42}}"
	cmp out first.json
	expect_status 0 "$tally" generate request request.json --spec 3 --mode provider --seed 2 \
		--now 2026-11-21T09:14:16+01:00 --context "{\"providerState\": {\"id\": 42}}"
	! cmp -s out first.json || exit 1
'

test_expect_success 'a response as a mock provider gives it' '
	expect_status 0 "$tally" generate response response.json --spec 3 --seed 1 \
		--context "{\"mockServer\": {\"url\": \"http://mock.example:4321\"}}"
	expect_in out "\"Location\": \"http://mock.example:4321/users/1\"" "\"status\": 201"
	expect_not_in out "\"x\""
'

test_expect_success 'a chosen seed is told, and does the same again' '
	expect_status 0 "$tally" generate response response.json
	expect_in err "values were generated: --seed " "header Location: MockServerURL"
	cp out first.json
	seed=$(sed -n "s/.*--seed \([0-9]*\) .*/\1/p" err)
	expect_status 0 env TALLY_SEED="$seed" "$tally" generate response response.json
	cmp out first.json
	expect_not_in err "values were generated"
'

test_expect_success 'what cannot be generated stays, and is told' '
	expect_status 0 "$tally" generate request request.json --mode provider --spec 3
	expect_in err "warning: path: ProviderState: no provider state gave a value of the name \"id\"" \
		"warning: body \$.id: ProviderState: "
	expect_in out "\"path\": \"/users/1\""
'

test_expect_success 'for machines; from standard input' '
	"$tally" generate message - --format json --seed 5 >out 2>err <<-\EOT
	{"contents": {"n": 1}, "metadata": {"k": "v"},
	 "generators": {"body": {"$.n": {"type": "RandomInt", "min": 7, "max": 7}},
	                "metadata": {"k": {"type": "Lottery"}}}}
	EOT
	expect_empty err
	is_json out
	expect_in out "\"generated\": 1" "\"seed\": 5" "metadata k: Lottery: " "\"n\": 7"
'

test_expect_success 'a body of text is one value; others have none, and are told of' '
	"$tally" generate response --seed 5 - >out 2>err <<-\EOT
	{"headers": {"Content-Type": "text/plain"}, "body": "x",
	 "generators": {"body": {"$": {"type": "RandomInt", "min": 7, "max": 7}}}}
	EOT
	expect_empty err
	expect_in out "\"content\": \"7\""
	"$tally" generate response --seed 5 - >out 2>err <<-\EOT
	{"headers": {"Content-Type": "text/plain"}, "body": "x",
	 "generators": {"body": {"$.a": {"type": "RandomInt"}}}}
	EOT
	expect_in err "warning: body: a path below \$ selects nothing in a body of text"
	expect_in out "\"content\": \"x\""
	"$tally" generate response --seed 5 - >out 2>err <<-\EOT
	{"headers": {"Content-Type": "multipart/mixed; boundary=x"}, "body": "--x--",
	 "generators": {"body": {"$.a": {"type": "RandomInt"}}}}
	EOT
	expect_in err "warning: body: nothing can be generated in a body of type multipart/mixed"
	expect_in out "\"content\": \"LS14LS0=\""
'

test_expect_success 'an answer has no status of 1xx' '
	"$tally" generate response --seed 5 - >out 2>err <<-\EOT
	{"status": 204, "generators": {"status": {"type": "RandomInt", "min": 100, "max": 150}}}
	EOT
	expect_in err "warning: status: RandomInt: " "cannot be the status of an answer"
	expect_in out "\"status\": 204"
'

test_expect_success 'a generator of a variant that stands too deep is told of, and others work' '
	deep=$(awk "BEGIN { for (i = 0; i < 254; i++) printf \".a\" }")
	cat >deep.json <<-EOT
	{"body": {"l": [1]}, "matchingRules": {"body": {"\$.l": {"matchers": [{"match": "arrayContains",
	 "variants": [{"index": 0, "rules": {}, "generators": {"\$$deep": {"type": "Uuid"},
	                                                       "\$": {"type": "RandomInt", "min": 7, "max": 7}}}]}]}}}}
	EOT
	expect_status 0 "$tally" generate response deep.json
	expect_in err "the generators of a variant stand deeper than 256 levels"
	expect_in out "7"
'

test_expect_success 'a query that is written as text has the new values' '
	expect_status 0 "$tally" generate request --spec 2 --seed 5 - <<-\EOT
	{"method": "GET", "path": "/", "query": "a=1&b=2",
	 "generators": {"query": {"a": {"type": "RandomInt", "min": 500, "max": 500}}}}
	EOT
	expect_in out "a=500&b=2"
'

test_expect_success 'wrong use' '
	expect_bad_inputs_refused "$tally" generate request
	expect_refused "--now: expected an instant" "$tally" generate request request.json --now soon
	expect_refused "--context: expected an object" "$tally" generate request request.json --context 7
	expect_refused "--context" "$tally" generate request request.json --context "{"
	expect_refused "--context: expected an object" "$tally" generate request request.json \
		--context "{\"providerState\": 7}"
	expect_refused "expected request|response|message, found \"body\"" "$tally" generate body request.json
	expect_refused "--seed: expected a whole number" "$tally" generate request request.json --seed x
	echo "{\"path\": 7}" >wrong.json
	expect_refused "path" "$tally" generate request wrong.json
'

cat >provider.json <<'EOT'
{"consumer": {"name": "test"}, "provider": {"name": "users"}, "interactions": [
 {"description": "a state change", "request": {"method": "POST", "path": "/states"},
  "response": {"status": 200, "headers": {"Content-Type": "application/json"},
   "body": {"id": 42}}},
 {"description": "an update", "request": {"method": "PUT", "path": "/users/42",
   "body": {"id": 42}}, "response": {"status": 204}}]}
EOT

cat >users.json <<'EOT'
{"consumer": {"name": "web"}, "provider": {"name": "users"}, "interactions": [
 {"description": "an update", "providerStates": [{"name": "a user"}],
  "request": {"method": "PUT", "path": "/users/1", "body": {"id": 1}, "generators": {
   "path": {"type": "ProviderState", "expression": "/users/${id}"},
   "body": {"$.id": {"type": "ProviderState", "expression": "id"}}}},
  "response": {"status": 204}}],
 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
EOT

test_expect_success 'verify asks with what the state-change URL answered' '
	start_server "$tally" mock provider.json
	expect_status 0 "$tally" verify users.json --provider-url "$url" \
		--state-change-url "$url/states"
	expect_empty err
	expect_in out "web -> users: 1 passed" "note: values were generated: seed "
	expect_status 0 "$tally" verify users.json --provider-url "$url" \
		--state-change-url "$url/states" --seed 3 --format json
	expect_in out "\"seed\": 3" "/users/42"
	expect_not_in out seedChosen
	stop_server
'

test_expect_success 'verify says which value it had none of, and what was sent' '
	sed "s/{id}/{uid}/" users.json >missing.json
	start_server "$tally" mock provider.json
	expect_status 1 "$tally" verify missing.json --provider-url "$url" \
		--state-change-url "$url/states"
	expect_in out "note: an update (given \"a user\", values: id): request path: ProviderState: no provider state gave a value of the name \"uid\": the example was sent" \
		"/users/1"
	kill "$server"
	wait "$server" || :
	wait "$reader"
	rm -f "$scratch/pids/$server"
'

cat >expectations.json <<'EOT'
{"consumer": {"name": "web"}, "provider": {"name": "users"}, "interactions": [
 {"description": "a token", "request": {"path": "/token"},
  "response": {"status": 200, "headers": {"Content-Type": "application/json"},
   "body": {"token": "x", "link": "http://example.org/token"},
   "generators": {"body": {"$.token": {"type": "RandomHexadecimal", "digits": 20},
    "$.link": {"type": "MockServerURL", "example": "http://example.org/token",
               "regex": ".*(/token)$"}}}}}]}
EOT

test_expect_success 'mock answers with generated values, the same for the same seed' '
	ask="curl -sf \$TALLY_MOCK_URL/token; curl -sf \$TALLY_MOCK_URL/token; echo"
	expect_status 0 "$tally" mock expectations.json --host 127.0.0.1 -- sh -c "$ask"
	expect_in err "values were generated: --seed "
	expect_in out "$(sed -n "s/listening on //p" out)/token"
	seed=$(sed -n "s/.*--seed \([0-9]*\) .*/\1/p" err)
	sed -n "s/.*\"token\":\"\([0-9A-F]*\)\".*\"token\":\"\([0-9A-F]*\)\".*/\1 \2/p" out >first
	[ "$(wc -c <first)" -eq 42 ]
	[ "$(cut -d" " -f1 first)" != "$(cut -d" " -f2 first)" ]
	expect_status 0 "$tally" mock expectations.json --seed "$seed" -- sh -c "$ask"
	expect_empty err
	sed -n "s/.*\"token\":\"\([0-9A-F]*\)\".*\"token\":\"\([0-9A-F]*\)\".*/\1 \2/p" out >second
	cmp first second
	expect_in contracts/web-users.json "MockServerURL" "http://example.org/token"
	expect_refused "--now: expected an instant" "$tally" mock expectations.json --now soon -- true
'

test_done
