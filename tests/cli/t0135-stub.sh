#!/bin/sh
# tally stub
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url and server
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

examples=$TALLY_SRCDIR/contracts/examples

# Waits until standard error of the server has the text so many times (1).
await() { # TEXT [TIMES]
	waited=0
	until [ "$(grep -cF -e "$1" server.err)" -ge "${2:-1}" ]; do
		[ "$waited" -lt 600 ] || {
			echo "waited in vain for: $1"
			cat server.err
			return 1
		}
		waited=$((waited + 1))
		sleep 0.1
	done
}

# status_of TARGET [CURL ARGUMENT...]: of the answer, whose body is in `body`.
status_of() {
	target=$1
	shift
	curl -s -o body -w '%{http_code}\n' "$@" "$url$target"
}

mkdir contracts
contract contracts/a.json
contract contracts/b.json consumer=mailer description='an order for the mailer' total=1.5

test_expect_success 'the first line says where, SIGTERM ends it' '
	start_server "$tally" stub contracts
	curl -sf "$url/orders/42" >body
	expect_in body 59.80
	stop_server
	expect_empty server.out
	expect_in server.err "tally: serving 2 interactions of 2 contracts"
	[ "$(wc -l <server.err)" -eq 1 ]
	start_server "$tally" stub "$examples/orders.json" --verbose --seed 1
	curl -sf "$url/orders/42" >body
	stop_server
	expect_in server.err "200 GET /orders/42: a request for order 42 ($examples/orders.json)"
'

test_expect_success 'what nothing answers: 404, the nearest, a line' '
	start_server "$tally" stub contracts
	[ "$(status_of /orders/43)" = 404 ]
	[ "$(status_of /orders/42 -X DELETE)" = 404 ]
	stop_server
	is_json body
	expect_in body "No interaction answers DELETE /orders/42" "\"contract\": \"contracts/a.json\""
	expect_in server.err "tally: 404 GET /orders/43: nearest is \"a request for order 42\" (contracts/a.json): Expected "
	[ "$(wc -l <server.err)" -eq 3 ]
'

test_expect_success 'odd bytes of a request are shown, not sent to the terminal' '
	start_server "$tally" stub contracts
	[ "$(status_of / --request-target "/%0A$(printf "\\303\\050")")" = 404 ]
	stop_server
	expect_in server.err "404 GET /%0A"
	LC_ALL=C expect_no_lines grep "$(printf "\\303\\050")" server.err
'

test_expect_success 'standard error that nobody reads stops neither the answers nor the end' '
	mkfifo unread
	exec 4<>unread
	start_server sh -c "exec \"\$@\" 2>unread" sh "$tally" stub contracts
	long=$(printf "%0400d" 0)
	curl -s --max-time 60 -o body "$url/$long/[1-400]"
	curl -sf --max-time 60 "$url/orders/42" >body
	expect_in body 59.80
	dd if=unread of=first bs=65536 count=1 2>dd.err
	[ "$(status_of /late --max-time 60)" = 404 ]
	dd if=unread of=second bs=65536 count=1 2>dd.err
	expect_in first "tally: serving 2 interactions"
	expect_in second "lines were lost: nobody read standard error" "tally: 404 GET /late"
	curl -s --max-time 60 -o body "$url/$long/[1-400]"
	stop_server
	exec 4<&-
'

test_expect_success 'filters: provider, consumer, provider state' '
	contract contracts/c.json provider=invoices description="another provider"
	start_server "$tally" stub contracts --provider /^ord/ -c mailer
	curl -sf "$url/orders/42" >body
	stop_server
	expect_in body 1.5
	expect_in server.err "serving 1 interaction of 1 contract"
	start_server "$tally" stub -d contracts -s "order 42" --provider-state-header-name X-State
	[ "$(status_of /orders/42)" = 200 ]
	[ "$(status_of /orders/42 -H "X-State: nobody")" = 404 ]
	[ "$(status_of /orders/42 -H "X-State: (")" = 400 ]
	stop_server
	expect_status 3 "$tally" stub contracts --provider-state nobody
	expect_in err "nothing to serve: none of 3 interactions has a provider state that was asked for"
	expect_status 3 "$tally" stub contracts --provider-name nobody
	expect_in err "3 contracts read, none between the consumers and providers"
	rm contracts/c.json
'

test_expect_success 'a state that no interaction has: said, with the nearest of the others' '
	start_server "$tally" stub contracts/a.json --provider-state-header X-State
	[ "$(status_of /orders/42 -H "X-State: nope")" = 404 ]
	expect_in body "none has a provider state that was asked for" "\"nearest\"" "\"contract\": \"contracts/a.json\""
	[ "$(status_of /orders/42)" = 200 ]
	stop_server
	expect_in server.err "404 GET /orders/42: nearest is" "no interaction has a provider state that was asked for"
'

test_expect_success 'CORS' '
	start_server "$tally" stub contracts --cors --cors-referer
	curl -si -X OPTIONS "$url/any" -H "Referer: https://shop.test/a" >head
	stop_server
	expect_in head "HTTP/1.1 200 OK" "Access-Control-Allow-Origin: https://shop.test" \
		"Access-Control-Allow-Headers: *"
'

test_expect_success 'a changed file is served; a broken one is not, and said' '
	start_server "$tally" stub contracts
	contract next total=7.25
	mv next contracts/a.json
	await "serving 2 interactions" 2
	curl -sf "$url/orders/42" >body
	expect_in body 7.25
	echo "{" >next
	mv next contracts/a.json
	await "contracts/a.json:"
	contract next consumer=newcomer description=third
	mv next contracts/new.json
	await "serving 3 interactions"
	curl -sf "$url/orders/42" >body
	expect_in body 7.25
	rm contracts/new.json
	await "serving 2 interactions" 3
	stop_server
	[ "$(grep -cF "contracts/a.json:" server.err)" -eq 1 ]
	contract contracts/a.json
'

test_expect_success 'SIGHUP reads all again' '
	contract one.json
	start_server "$tally" stub --no-watch one.json
	contract one.json total=8.5
	kill -HUP "$server"
	await "serving 1 interaction" 2
	curl -sf "$url/orders/42" >body
	expect_in body 8.5
	stop_server
'

test_expect_success 'bad files: all are named, 2' '
	expect_bad_inputs_refused "$tally" stub
	expect_refused "bad/truncated.json, bad/empty.json" "$tally" stub one.json bad/truncated.json bad/empty.json
	expect_in err "bad/truncated.json:1:26" "bad/empty.json:1:1"
'

test_expect_success 'nothing to serve: 3' '
	mkdir empty
	expect_status 3 "$tally" stub empty
	expect_in err "nothing to serve: expected contract files"
	expect_empty out
	cat >messages.json <<-\EOT
		{"consumer": {"name": "c"}, "provider": {"name": "p"},
		 "messages": [{"description": "m", "contents": {}}],
		 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	EOT
	expect_status 3 "$tally" stub messages.json
	expect_in err "found only messages"
	start_server "$tally" stub messages.json one.json
	stop_server
	expect_in server.err "messages.json: 1 message is not served"
'

test_expect_success 'wrong calls: 2' '
	expect_refused "no contracts: expected FILE, DIR or URL, or --broker" "$tally" stub
	expect_refused "--watch and --no-watch" "$tally" stub one.json -w --no-watch
	expect_refused "--provider-state: expected a regular expression" "$tally" stub one.json -s "("
	expect_refused "--consumer: expected a regular expression" "$tally" stub one.json -c "/(/"
	expect_refused "--consumer-version is for contracts of the broker" \
		"$tally" stub one.json --consumer-version a@1
	expect_refused "--provider is missing" "$tally" stub --broker nowhere.git
	expect_refused "--now: expected an instant" "$tally" stub one.json --now noon
'

test_expect_success 'from a broker, and again on SIGHUP' '
	"$tally" broker init broker.git
	contract published.json
	"$tally" publish published.json --version 1 --branch main --broker broker.git >published
	start_server "$tally" stub --broker broker.git --provider orders --verbose
	curl -sf "$url/orders/42" >body
	expect_in body 59.80
	await "(web-shop@1)"
	contract published.json total=60.25
	"$tally" publish published.json --version 2 --branch main --broker broker.git >published
	kill -HUP "$server"
	await "serving 1 interaction" 2
	curl -sf "$url/orders/42" >body
	expect_in body 60.25
	stop_server
	expect_in server.err "(web-shop@2)"
	start_server "$tally" stub --broker broker.git --provider orders --consumer-version web-shop@1
	curl -sf "$url/orders/42" >body
	stop_server
	expect_in body 59.80
	expect_status 3 "$tally" stub --broker broker.git --provider nobody
	expect_refused "--consumer-version: expected APP@VERSION" \
		"$tally" stub --broker broker.git --provider orders --consumer-version web-shop
'

test_expect_success 'over TLS' '
	start_server "$tally" stub one.json --tls-ca ca.pem
	case $url in
	https://127.0.0.1:*) ;;
	*) false ;;
	esac
	curl -sf --cacert ca.pem "$url/orders/42" >body
	stop_server
	expect_in body 8.5
	expect_status 4 "$tally" stub one.json --tls-ca nowhere/ca.pem
	expect_in err "nowhere/ca.pem: cannot write the certificate authority"
'

test_expect_success 'from another server' '
	mkdir served
	serving one.json >served/a.json
	start_server "$tally" stub served
	first=$server first_reader=$reader source=$url/contract
	start_server "$tally" stub -u "$source"
	[ "$(status_of /orders/42)" = 200 ]
	stop_server
	server=$first reader=$first_reader
	stop_server
	expect_status 4 "$tally" stub "$source"
	expect_in err "$source"
'

if command -v python3 >/dev/null 2>&1; then
	# Answers so many requests with a file, and takes in the next without ever answering it.
	cat >silent.py <<-\EOT
		import socket, sys
		answers, body = int(sys.argv[1]), open(sys.argv[2], "rb").read()
		server = socket.create_server(("127.0.0.1", 0))
		print("listening on http://127.0.0.1:%d" % server.getsockname()[1], flush=True)
		while True:
		    client = server.accept()[0]
		    client.recv(65536)
		    if answers == 0:
		        break
		    answers -= 1
		    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
		                   % len(body) + body)
		    client.close()
		print("asked", flush=True)
		client.recv(1)
	EOT

	# Waits until the silent server has been asked what it does not answer.
	await_asked() {
		until grep -qF asked silent.out; do
			kill -0 "$silent" || return 1
			sleep 0.1
		done
	}

	test_expect_success 'a server that does not answer: SIGTERM ends it before it serves' '
		start_server python3 silent.py 0 one.json
		silent=$server silent_reader=$reader source=$url/one.json
		mv server.out silent.out
		"$tally" stub "$source" >out 2>err &
		server=$!
		await_asked
		kill "$server"
		status=0
		wait "$server" || status=$?
		[ "$status" -eq 143 ]
		wait "$silent" "$silent_reader"
		rm -f "$scratch/pids/$silent"
		expect_empty out
	'

	test_expect_success 'a server that does not answer: SIGTERM ends a reload' '
		start_server python3 silent.py 1 one.json
		silent=$server silent_reader=$reader source=$url/one.json
		mv server.out silent.out
		start_server "$tally" stub "$source"
		kill -HUP "$server"
		await_asked
		stop_server
		wait "$silent" "$silent_reader"
		rm -f "$scratch/pids/$silent"
		expect_in server.err "serving 1 interaction of 1 contract"
	'
else
	test_skip 'a server that does not answer' 'python3 is not installed'
fi

test_done
