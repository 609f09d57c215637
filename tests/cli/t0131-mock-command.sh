#!/bin/sh
# tally mock: the life of COMMAND, and signals
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; lib.sh sets url
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

cat >expectations.json <<'EOT'
{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"},
 "interactions": [
  {"description": "a request for order 42", "request": {"path": "/orders/42"},
   "response": {"status": 200, "body": {"total": 59.80}}}]}
EOT

# ask: makes the request that is expected.
cat >ask <<'EOT'
#!/bin/sh
curl -sf -o body "$TALLY_MOCK_URL/orders/42"
EOT
chmod +x ask
ask=$PWD/ask
export ask

mkfifo ready

# For the background, where shells have what they start ignore SIGINT; who presses a key does not.
heeding() {
	exec perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV or die' "$@"
}

# start_mock [OPTION]... -- COMMAND...: runs tally mock, and waits until the command has written a
# line to `ready`: `said`.  `mock` is its process.
start_mock() {
	heeding "$tally" mock expectations.json "$@" >out 2>err &
	mock=$!
	: >"$scratch/pids/$mock"
	read -r said <ready
}

# serve [OPTION]...: the same without a command, as start_server does.
serve() {
	rm -f lines
	mkfifo lines
	heeding "$tally" mock expectations.json "$@" >lines 2>err &
	mock=$!
	: >"$scratch/pids/$mock"
	exec 3<lines
	read -r line <&3
	url=${line#listening on }
	cat <&3 >out &
	reader=$!
	exec 3<&-
}

# expect_end STATUS
expect_end() {
	status=0
	wait "$mock" || status=$?
	rm -f "$scratch/pids/$mock"
	[ -z "${reader-}" ] || wait "$reader"
	[ "$status" -eq "$1" ] && return 0
	echo "expected the end with $1, found $status"
	cat out err
	return 1
}

# keep_asking SIGNAL: sends it again and again, as nobody else ends it.
keep_asking() {
	while kill -s "$1" "$mock" 2>/dev/null; do sleep 0.05; done &
}

test_expect_success 'standard input is the command'\''s' '
	echo "some input" | "$tally" mock expectations.json -- sh -c "cat >got; \$ask" >out
	[ "$(cat got)" = "some input" ]
	expect_in out "ok: 1 interaction exercised"
'

test_expect_success 'without one, a closed one too' '
	expect_status 0 "$tally" mock expectations.json -- sh -c "cat >got; \$ask" <&-
'

test_expect_success 'what the command leaves behind is not waited for, though it holds the output' '
	expect_status 0 "$tally" mock expectations.json -- sh -c "tail -f /dev/null & echo \$! >left; \$ask"
	left=$(cat left)
	kill -0 "$left"
	kill "$left"
'

test_expect_success 'a command that fails, and mismatches: both are told, its status is passed on' '
	rm -rf contracts
	expect_status 7 "$tally" mock expectations.json -- sh -c "curl -s \$TALLY_MOCK_URL/else >body; exit 7"
	expect_in out "failed: 0 interactions exercised, 2 problems" "GET /else was asked"
	expect_in err "sh left with 7; no contract was written"
	[ ! -e contracts ]
'

for signal in TERM-143 INT-130 HUP-129; do
	number=${signal#*-} signal=${signal%-*}

	test_expect_success "SIG$signal is handed on, once; what the command makes of it counts" '
		rm -f times
		start_mock -- sh -c "trap \"echo >>times; \$ask; exit 0\" $signal; echo >ready; while :; do sleep 0.05; done"
		# As timeout(1) does: again at once.
		kill -s "$signal" "$mock" && kill -s "$signal" "$mock"
		expect_end 0
		[ "$(wc -l <times)" -eq 1 ]
		expect_in out "ok: 1 interaction exercised" "contract written"
	'

	test_expect_success "SIG$signal ends the command, and the mock orderly" '
		rm -rf contracts
		start_mock -- sh -c "echo >ready; exec tail -f /dev/null"
		kill -s "$signal" "$mock"
		expect_end "$number"
		expect_in out "failed: 0 interactions exercised" "never asked"
		expect_in err "no contract was written"
		[ ! -e contracts ]
	'

	test_expect_success "without a command: SIG$signal is the end, with the same check" '
		serve -o "signal-$signal"
		curl -sf "$url/orders/42" >body
		kill -s "$signal" "$mock"
		expect_end 0
		expect_in out "ok: 1 interaction exercised" "contract written: signal-$signal/"
	'
done

test_expect_success 'a command that ignores signals is killed by the second, a second later' '
	# The command itself asks for it, so that nobody asks a third time once it was killed.
	start_mock -- sh -c "trap \"\" TERM; echo >ready; while kill \$PPID; do sleep 0.2; done"
	expect_end 137
	expect_in err "sh left with 137; no contract was written"
	expect_in out "never asked"
'

until_stopped() {
	until grep -q "^State:.T" "/proc/$1/status"; do sleep 0.01; done
}

test_expect_success 'a command that is stopped goes on to take the signal' '
	start_mock -- sh -c "echo \$\$ >ready; kill -s STOP \$\$"
	until_stopped "$said"
	kill "$mock"
	expect_end 143
'

test_expect_success 'a command that is stopped and continued ends as if nothing was' '
	start_mock -- sh -c "echo \$\$ >ready; kill -s STOP \$\$; \$ask"
	until_stopped "$said"
	kill -s CONT "$said"
	expect_end 0
	expect_in out "ok: 1 interaction exercised"
'

test_expect_success 'whoever started it may ignore its children: its own is still waited for' '
	expect_status 5 perl -e "\$SIG{CHLD} = q(IGNORE); exec @ARGV" \
		"$tally" mock expectations.json -- sh -c "exit 5"
'

test_expect_success 'nohup: SIGHUP is nothing' '
	start_server sh -c "trap \"\" HUP; echo \$\$ >pid; exec \"\$@\"" sh "$tally" mock expectations.json
	kill -s HUP "$(cat pid)"
	curl -sf "$url/orders/42" >body
	stop_server
	expect_in server.out "ok: 1 interaction exercised"
'

# Another program has the lock for as long as it likes.
hold_lock() { # DIR
	mkdir -p "$1"
	rm -f locked release
	mkfifo locked release
	flock "$1" sh -c "echo >locked; read -r line <release" &
	read -r line <locked
}

test_expect_success 'a second signal ends the wait for a lock' '
	hold_lock held
	serve -o held
	curl -sf "$url/orders/42" >body
	keep_asking TERM
	status=0
	expect_end 143
	echo >release
	[ -z "$(ls -A held)" ]
'

test_expect_success 'killed while it waits: neither half a contract nor a file that was temporary' '
	hold_lock killed
	serve -o killed
	curl -sf "$url/orders/42" >body
	kill "$mock"
	# The first thing that it does then is to wait: a kill before finds as little.
	kill -s KILL "$mock"
	expect_end 137
	echo >release
	[ -z "$(ls -A killed)" ]
'

test_done
