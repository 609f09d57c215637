#!/bin/sh
# tally mock: several files and several providers
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# expectations FILE CONSUMER PROVIDER PATH [TOTAL]: expectations of one GET.
expectations() {
	cat >"$1" <<-EOT
	{"consumer": {"name": "$2"}, "provider": {"name": "$3"}, "interactions": [
	  {"description": "a request for $4", "request": {"path": "$4"},
	   "response": {"status": 200, "body": {"total": ${5-1}}}}]}
	EOT
}
expectations orders.json web-shop orders /orders
expectations more.json web-shop orders /more
expectations payments.json web-shop "payments-api 2" /payments

ask_all='curl -sf $TALLY_MOCK_URL_ORDERS/orders; curl -sf $TALLY_MOCK_URL_PAYMENTS_API_2/payments'

test_expect_success 'one provider: its own variable, too' '
	expect_status 0 "$tally" mock orders.json -- sh -c "curl -sf \$TALLY_MOCK_URL_ORDERS/orders"
'

test_expect_success 'a mock for each provider: a line, a variable and a contract for each' '
	rm -rf contracts
	expect_status 0 "$tally" mock orders.json payments.json -- \
		sh -c "echo \$TALLY_MOCK_URL \$TALLY_MOCK_URL_ORDERS \$TALLY_MOCK_URL_PAYMENTS_API_2; $ask_all"
	orders=$(sed -n "1s/^listening on \(.*\) for orders$/\1/p" out)
	payments=$(sed -n "2s/^listening on \(.*\) for payments-api 2$/\1/p" out)
	[ "$(sed -n 3p out)" = "$orders $orders $payments" ]
	[ "$orders" != "$payments" ]
	expect_in out "orders: ok: 1 interaction exercised" "payments-api 2: ok: 1 interaction exercised" \
		"contract written: contracts/web-shop-orders.json" \
		"contract written: contracts/web-shop-payments-api 2.json"
	[ "$(ls contracts | wc -l)" -eq 2 ]
'

test_expect_success 'what one provider is asked does not count for the other' '
	rm -rf contracts
	expect_status 1 "$tally" mock orders.json payments.json -- \
		sh -c "curl -sf \$TALLY_MOCK_URL_ORDERS/orders; curl -s \$TALLY_MOCK_URL_ORDERS/payments"
	expect_in out "orders: failed: 1 interaction exercised, 1 problem" \
		"GET /payments was asked, but nothing like it is expected" \
		"payments-api 2: failed: 0 interactions exercised, 1 problem" \
		"GET /payments was expected, but never asked"
	expect_in err "no contract was written"
	[ ! -e contracts ]
'

test_expect_success 'all or nothing: what went well is not written either' '
	expect_status 1 "$tally" mock orders.json payments.json -- sh -c "curl -sf \$TALLY_MOCK_URL_ORDERS/orders"
	expect_in out "orders: ok: 1 interaction exercised" "payments-api 2: failed"
	[ ! -e contracts ]
'

test_expect_success 'files of one pair are united; those of a folder, too' '
	for files in "orders.json more.json" "more.json orders.json" folder folder/; do
		rm -rf folder contracts
		mkdir folder
		cp orders.json more.json folder
		echo junk >folder/notes.txt
		expect_status 0 "$tally" mock $files -- \
			sh -c "curl -sf \$TALLY_MOCK_URL/orders; curl -sf \$TALLY_MOCK_URL/more"
		expect_in out "ok: 2 interactions exercised"
		expect_in contracts/web-shop-orders.json "a request for /orders" "a request for /more"
		[ ! -e before.json ] || cmp contracts/web-shop-orders.json before.json
		cp contracts/web-shop-orders.json before.json
	done
	expect_status 0 "$tally" mock folder payments.json -o both -- \
		sh -c "$ask_all; curl -sf \$TALLY_MOCK_URL/more"
	expect_in out "orders: ok: 2 interactions exercised" "payments-api 2: ok: 1 interaction exercised"
'

test_expect_success 'the same file twice is the file once' '
	expect_status 0 "$tally" mock orders.json orders.json -- sh -c "curl -sf \$TALLY_MOCK_URL/orders"
	expect_in out "ok: 1 interaction exercised"
'

test_expect_success 'two files that contradict each other: both are shown, nothing runs' '
	rm -f ran
	expectations other.json web-shop orders /orders 2
	expect_status 1 "$tally" mock more.json orders.json other.json -- touch ran
	expect_empty out
	expect_in err "orders.json and other.json: " "a request for /orders"
	expect_not_in err "more.json"
	[ ! -e ran ]
'

test_expect_success 'of many files, the two are found' '
	rm -rf eleven
	mkdir eleven
	for number in 01 02 03 04 05 06 07 08 09 10 11; do
		expectations eleven/$number.json web-shop orders /$number
	done
	for pair in "01 02" "03 07" "01 08" "04 09" "02 11" "10 11"; do
		first=${pair% *} second=${pair#* }
		cp eleven/$second.json kept.json
		expectations eleven/$second.json web-shop orders /$first 2
		expect_status 1 "$tally" mock eleven -o none -- true
		expect_in err "eleven/$first.json and eleven/$second.json: " "a request for /$first"
		cp kept.json eleven/$second.json
	done
	expect_status 1 "$tally" mock eleven -o none -- sh -c "curl -sf \$TALLY_MOCK_URL/11"
	expect_in out "1 interaction exercised, 10 problems"
'

test_expect_success 'a mistake is told with its own file and place, united or not' '
	sed "s/\"total\": 1/\"total\": {\"pact:matcher:type\": \"integer\", \"value\": \"x\"}/" more.json >wrong.json
	for files in wrong.json "orders.json wrong.json" "wrong.json orders.json" "orders.json payments.json wrong.json"; do
		expect_refused "wrong.json: /interactions/0/response/body/total" "$tally" mock $files -o none -- true
	done
	expect_refused missing.json "$tally" mock orders.json missing.json -- true
'

test_expect_success 'one provider of two consumers: refused, with both' '
	expectations app.json app orders /app
	expect_refused "\"orders\" is expected by \"app\" here and by \"web-shop\" in orders.json" \
		"$tally" mock orders.json app.json -- true
	expect_in err "app.json: " "run tally mock once for each consumer"
'

test_expect_success 'two consumers of two providers are none of our business' '
	expectations app.json app payments /payments
	expect_status 0 "$tally" mock orders.json app.json -o two -- \
		sh -c "curl -sf \$TALLY_MOCK_URL_ORDERS/orders; curl -sf \$TALLY_MOCK_URL_PAYMENTS/payments"
	[ -s two/web-shop-orders.json ] && [ -s two/app-payments.json ]
'

test_expect_success 'providers that fall together in the environment: refused, with both' '
	for name in "payments api 2" "Payments.API-2" "payments-apié2"; do
		expectations twin.json web-shop "$name" /twin
		case $name in
		*é*) sed "s/payments-api 2/payments-api_2/" payments.json >first.json ;;
		*) cp payments.json first.json ;;
		esac
		expect_refused "TALLY_MOCK_URL_PAYMENTS_API_2" "$tally" mock first.json twin.json -- true
		expect_in err "twin.json: " "\"$name\"" "in first.json"
	done
'

test_expect_success 'consecutive ports' '
	start_server "$tally" mock orders.json
	port=${url##*:}
	stop_server 1
	for try in $(seq 100); do
		status=0
		"$tally" mock orders.json payments.json --port "$port" -- true >out 2>err || status=$?
		[ "$status" -eq 4 ] || break
		port=$((port + 2))
	done
	expect_in out "listening on http://127.0.0.1:$port for orders" \
		"listening on http://127.0.0.1:$((port + 1)) for payments-api 2"
	expect_refused "--port: each address takes the next port, and there is none after 65535" \
		"$tally" mock orders.json payments.json --port 65535 -- true
'

test_expect_success 'one seed repeats all of them' '
	for name in orders payments; do
		sed "s/\"total\": 1/\"total\": {\"pact:matcher:type\": \"integer\", \"value\": 1, \"pact:generator:type\": \"RandomInt\", \"min\": 0, \"max\": 1000000}/" \
			"$name.json" >"random-$name.json"
	done
	expect_status 0 "$tally" mock random-*.json -o random -- sh -c "($ask_all) >values"
	expect_in err "values were generated: --seed "
	[ "$(grep -c "values were generated" err)" -eq 1 ]
	seed=$(sed -n "s/.*--seed \([0-9]*\).*/\1/p" err)
	mv values before
	expect_status 0 "$tally" mock random-*.json -o random --seed "$seed" -- sh -c "($ask_all) >values"
	cmp values before
'

test_expect_success '--format json: one document; --json writes it to a file' '
	expect_status 1 "$tally" mock orders.json payments.json --format json --json report.json -- \
		sh -c "curl -sf \$TALLY_MOCK_URL_ORDERS/orders >body; exit 0"
	sed 1,2d out >printed.json
	is_json printed.json
	json_equal printed.json report.json
	expect_in printed.json "\"success\": false" "\"commandStatus\": 0" "missing-request" \
		"\"provider\": \"payments-api 2\"" "\"files\"" "orders.json" "payments.json" "\"url\": \"http://"
	[ "$(grep -c "\"matched\": 1" printed.json)" -eq 1 ]
	expect_status 0 "$tally" mock orders.json --json alone.json -- sh -c "curl -sf \$TALLY_MOCK_URL/orders >body"
	is_json alone.json
	expect_in alone.json "\"contract\": \"contracts/web-shop-orders.json\""
	expect_in out "ok: 1 interaction exercised"
	rm -f ran
	expect_status 4 "$tally" mock orders.json --json orders.json/x -- touch ran
	[ ! -e ran ]
'

test_expect_success 'an interaction that another one answers is told at the start' '
	cat >twice.json <<-EOT
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"description": "with stock", "request": {"path": "/x"}, "response": {"status": 200}},
	 {"description": "other", "request": {"path": "/y"}, "response": {"status": 200}},
	 {"description": "without stock", "request": {"path": "/x"}, "response": {"status": 404}}]}
	EOT
	expect_status 1 "$tally" mock twice.json -o none -- true
	expect_in err "warning: \"without stock\" expects the same request as \"with stock\", which answers it"
	[ "$(grep -c warning: err)" -eq 1 ]
	expect_status 1 "$tally" mock orders.json more.json -o none -- true
	expect_not_in err warning
'

test_expect_success 'one name for two interactions of a file is refused, and both are shown' '
	cat >doubled.json <<-EOT
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"description": "x", "request": {"path": "/a"}, "response": {"status": 200}},
	 {"description": "x", "request": {"path": "/b"}, "response": {"status": 200}}]}
	EOT
	expect_status 1 "$tally" mock doubled.json -o none -- true
	expect_in err "doubled.json: interaction \"x\" stands there twice with different content"
	expect_in err "/b"
	[ ! -e none ]
'

test_expect_success 'what another run wrote meanwhile stops all contracts' '
	rm -rf contracts
	expectations later.json web-shop "payments-api 2" /payments 2
	expect_status 1 "$tally" mock orders.json payments.json -- \
		sh -c "$ask_all; \"$tally\" mock later.json -- sh -c \"curl -sf \\\$TALLY_MOCK_URL/payments\""
	expect_in err "a request for /payments"
	[ ! -e contracts/web-shop-orders.json ]
'

test_expect_success 'a mock inside a mock: what is inside hides only its own' '
	expect_status 0 "$tally" mock orders.json -o nested -- "$tally" mock payments.json -o nested -- \
		sh -c "[ \$TALLY_MOCK_URL = \$TALLY_MOCK_URL_PAYMENTS_API_2 ]; $ask_all"
	[ -s nested/web-shop-orders.json ] && [ -s "nested/web-shop-payments-api 2.json" ]
'

test_done
