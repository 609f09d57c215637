#!/bin/sh
# tally verify: transports, TLS and versions of HTTP
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

test_expect_success 'set up' '
	cat >contract.json <<-\EOF
	{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "interactions": [
	 {"type": "Synchronous/HTTP", "transport": "admin", "description": "over another transport",
	  "request": {"method": "GET", "path": "/ping"}, "response": {"status": 204}}],
	 "metadata": {"pactSpecification": {"version": "4.0"}}}
	EOF
'

test_expect_success 'a transport has a URL of its own' '
	start_server "$tally" stub contract.json
	expect_status 0 "$tally" verify contract.json --transports "admin=$url"
	expect_in out "web-shop -> orders: 1 passed"
	expect_status 0 "$tally" verify contract.json --transport "admin=$url" \
		--provider-url http://127.0.0.1:1
	expect_status 4 "$tally" verify contract.json --provider-url http://127.0.0.1:1
	stop_server
'

test_expect_success 'or a port and a path on the host of the provider' '
	start_server "$tally" stub contract.json
	expect_status 0 "$tally" verify contract.json --hostname 127.0.0.1 --port 1 \
		--transports "admin:${url##*:}"
	expect_status 0 "$tally" verify contract.json --hostname 127.0.0.1 --port 1 \
		--transports "admin:${url##*:}/"
	expect_status 1 "$tally" verify contract.json --hostname 127.0.0.1 --port 1 \
		--transports "admin:${url##*:}/elsewhere"
	expect_in out "/elsewhere/ping"
	stop_server
'

test_expect_success 'what is no transport is refused' '
	for text in admin admin: admin:x admin:1x :1 =http://127.0.0.1:1; do
		expect_status 2 "$tally" verify contract.json --transports "$text"
		expect_in err "NAME=URL"
	done
	expect_status 2 "$tally" verify contract.json --port 1 --transport ftp
	expect_in err "expected http, https or NAME=URL, found ftp"
	expect_status 2 "$tally" verify contract.json --transports admin=ftp://127.0.0.1
	expect_in err "expected http://HOST" "--transports"
'

test_expect_success 'certificates are checked, against the authorities that are given' '
	start_server "$tally" stub contract.json --tls-ca ca.pem
	expect_status 1 "$tally" verify contract.json --transports "admin=$url" --no-colour
	expect_in out "no TLS connection to 127.0.0.1:"
	expect_status 0 "$tally" verify contract.json --transports "admin=$url" \
		--disable-ssl-verification
	expect_status 0 "$tally" verify contract.json --transports "admin=$url" --ca-file ca.pem
	expect_status 0 env SSL_CERT_FILE=ca.pem "$tally" verify contract.json \
		--transports "admin=$url"
	expect_status 2 "$tally" verify contract.json --transports "admin=$url" --ca-file no.pem
	expect_in err no.pem
	stop_server
'

test_expect_success 'the version of HTTP can be chosen' '
	start_server "$tally" stub contract.json
	expect_status 0 "$tally" verify contract.json --transports "admin=$url" --http-version 1.1
	expect_status 1 "$tally" verify contract.json --transports "admin=$url" --http-version 2
	expect_status 2 "$tally" verify contract.json --transports "admin=$url" --http-version 3
	expect_in err "expected any or 1.1 or 2"
	stop_server
'

test_done
