#!/bin/sh
# tally mock: TLS, and the file with its authority
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

cat >orders.json <<'EOT'
{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "interactions": [
  {"description": "a request for orders", "request": {"path": "/orders"}, "response": {"status": 200}}]}
EOT
sed 's/orders/payments/g' orders.json >payments.json
# A contract with a message, so that one provider has two addresses.
sed 's/"interactions": \[/&{"type": "Asynchronous\/Messages", "description": "an event", "contents": {"content": "x"}},/
	s/{"description": "a request/{"type": "Synchronous\/HTTP", "description": "a request/
	s/}}\]}$/}}], "metadata": {"pactSpecification": {"version": "4.0"}}}/' orders.json >mixed.json
ask='curl -sf --cacert "$TALLY_MOCK_CA" "$TALLY_MOCK_URL/orders"'

# Temporary files go where they can be counted.
mkdir tmp
TMPDIR=$PWD/tmp
export TMPDIR

expect_nothing_left() {
	[ -z "$(ls -A tmp)" ]
}

test_expect_success 'curl trusts the authority in TALLY_MOCK_CA' '
	expect_status 0 "$tally" mock orders.json --tls -- sh -ec "
		echo \$TALLY_MOCK_CA >path; [ -s \$TALLY_MOCK_CA ]
		$ask"
	expect_in out "listening on https://127.0.0.1:" "ok: 1 interaction exercised"
	expect_in path "$PWD/tmp/"
	expect_nothing_left
'

# Whether the report tells of it depends on who is faster: the end, or the server.
test_expect_success 'who does not trust it gets no answer' '
	"$tally" mock orders.json --tls -o none -- \
		sh -c "if curl -s \$TALLY_MOCK_URL/orders; then echo answered; fi" >out || :
	expect_in out "listening on https://"
	expect_not_in out answered
	expect_nothing_left
'

test_expect_success 'localhost is another name for it' '
	expect_status 0 "$tally" mock orders.json --tls -- \
		sh -c "curl -sf --cacert \$TALLY_MOCK_CA https://localhost:\${TALLY_MOCK_URL##*:}/orders"
'

test_expect_success 'several providers and messages: one file for all of them' '
	expect_status 0 "$tally" mock mixed.json payments.json --tls -- sh -ec "
		$ask; curl -sf --cacert \$TALLY_MOCK_CA \$TALLY_MOCK_URL_PAYMENTS/payments
		curl -sf --cacert \$TALLY_MOCK_CA \$TALLY_MOCK_MESSAGES_URL -d {\\\"description\\\":\\\"an\ event\\\"}"
	expect_in out "orders: ok: 2 interactions" "payments: ok: 1 interaction"
	expect_nothing_left
'

test_expect_success '--tls-trust: other programs are told' '
	expect_status 0 "$tally" mock orders.json --tls-trust -- sh -ec "
		for file in \$SSL_CERT_FILE \$NODE_EXTRA_CA_CERTS \$CURL_CA_BUNDLE \$REQUESTS_CA_BUNDLE; do
			[ \$file = \$TALLY_MOCK_CA ]
		done
		curl -sf \$TALLY_MOCK_URL/orders"
	expect_status 0 env CURL_CA_BUNDLE=mine "$tally" mock orders.json --tls -- \
		sh -ec "[ \$CURL_CA_BUNDLE = mine ]; $ask"
	expect_nothing_left
'

if command -v node >/dev/null 2>&1; then
	test_expect_success 'node: fetch' '
		expect_status 0 "$tally" mock orders.json --tls-trust -- node -e "
			fetch(process.env.TALLY_MOCK_URL + \"/orders\").then(r => process.exit(r.status === 200 ? 0 : 1))"
	'
else
	test_skip 'node: fetch' 'node is not installed'
fi

if command -v python3 >/dev/null 2>&1; then
	test_expect_success 'python: urllib' '
		expect_status 0 "$tally" mock orders.json --tls-trust -- python3 -c "
import os, urllib.request
assert urllib.request.urlopen(os.environ[\"TALLY_MOCK_URL\"] + \"/orders\").status == 200"
	'
else
	test_skip 'python: urllib' 'python3 is not installed'
fi

test_expect_success 'the file is gone, however the command ends' '
	expect_status 7 "$tally" mock orders.json --tls -- sh -c "exit 7"
	expect_nothing_left
	expect_status 137 "$tally" mock orders.json --tls -- sh -c "kill -s KILL \$\$"
	expect_nothing_left
	expect_status 2 "$tally" mock orders.json --tls -- ./no-such-program
	expect_nothing_left
	expect_status 1 "$tally" mock orders.json --tls -- true
	expect_nothing_left
'

test_expect_success 'without a command: a line says where the file is; a signal removes it' '
	for signal in TERM HUP; do
		rm -f lines
		mkfifo lines
		"$tally" mock orders.json --tls >lines 2>err &
		mock=$!
		: >"$scratch/pids/$mock"
		{
			read -r first
			read -r second
			[ -s "${second#certificate authority }" ]
			curl -sf --cacert "${second#certificate authority }" "${first#listening on }/orders"
			kill -s "$signal" "$mock"
			cat >out
		} <lines
		status=0
		wait "$mock" || status=$?
		rm -f "$scratch/pids/$mock"
		[ "$status" -eq 0 ]
		expect_in out "ok: 1 interaction exercised"
		expect_nothing_left
	done
'

test_expect_success 'a signal while the command runs removes it, too' '
	mkfifo ready
	"$tally" mock orders.json --tls -- sh -c "echo >ready; exec tail -f /dev/null" >out 2>err &
	mock=$!
	: >"$scratch/pids/$mock"
	read -r line <ready
	[ -n "$(ls -A tmp)" ]
	kill "$mock"
	status=0
	wait "$mock" || status=$?
	rm -f "$scratch/pids/$mock"
	[ "$status" -eq 143 ]
	expect_nothing_left
'

test_expect_success 'before the contract is saved nothing temporary is left' '
	mkdir -p held
	mkfifo locked release
	flock held sh -c "echo >locked; read -r line <release" &
	read -r line <locked
	"$tally" mock orders.json --tls -o held -- sh -c "$ask; echo >asked" >out 2>err &
	mock=$!
	: >"$scratch/pids/$mock"
	until [ -e asked ] && [ -z "$(ls -A tmp)" ]; do sleep 0.01; done
	kill "$mock"
	status=0
	wait "$mock" || status=$?
	rm -f "$scratch/pids/$mock"
	echo >release
	[ "$status" -eq 143 ]
'

test_expect_success 'a mock that cannot start leaves none; nor one whose folder is not there' '
	start_server "$tally" mock orders.json
	expect_status 4 "$tally" mock orders.json --tls --port "${url##*:}" -- true
	expect_nothing_left
	stop_server 1
	expect_status 4 env TMPDIR=/proc "$tally" mock orders.json --tls -- touch ran
	expect_in err "cannot write the certificate authority"
	[ ! -e ran ]
'

test_done
