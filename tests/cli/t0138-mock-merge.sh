#!/bin/sh
# tally mock: test processes that merge into one contract at the same time
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

processes=80
mkdir expectations
for i in $(seq "$processes"); do
	cat >"expectations/$i.json" <<-EOF
		{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"},
		 "interactions": [
		  {"description": "a request for order $i", "request": {"path": "/orders/$i"},
		   "response": {"status": 200, "body": {"id": $i}}}]}
	EOF
done
mkfifo events
: >gate

# ask N: makes the request that is expected, and then waits with its end until the gate is open.
cat >ask <<'EOT'
#!/bin/sh
curl -sf -o "body-$1" --max-time 60 "$TALLY_MOCK_URL/orders/$1" || exit
echo asked >events
exec flock --shared --timeout 60 gate true
EOT
chmod +x ask
ask=$PWD/ask
export ask

# one N OPTION...: a test process.  That it ended is an event, too, so that nobody waits for one that
# failed before it asked.
one() {
	number=$1
	shift
	ended=0
	"$tally" mock "expectations/$number.json" --spec 4 "$@" -- "$ask" "$number" >"out-$number" 2>&1 || ended=$?
	echo "$ended" >"ended-$number"
	echo ended >events
}

# all_at_once OPTION...: none of them ends before all have asked; then all of them merge.
all_at_once() {
	rm -f ended-*
	exec 3<>events 4>gate
	flock 4
	for i in $(seq "$processes"); do
		one "$i" "$@" &
		: >"$scratch/pids/$!"
	done
	for i in $(seq "$processes"); do read -r _ <&3; done
	# Not by closing it, as the processes have it open, too.
	flock --unlock 4
	for i in $(seq "$processes"); do read -r _ <&3; done
	wait
	rm -f "$scratch"/pids/*
	for i in $(seq "$processes"); do
		[ "$(cat "ended-$i")" -eq 0 ] || { cat "out-$i"; false; }
	done
}

# expect_all CONTRACT: each interaction is there once, in the bytes that one process would write.
expect_all() {
	[ "$(grep -c "\"description\": " "$1")" -eq "$processes" ]
	[ "$(grep -o "\"path\": .*" "$1" | sort -u | wc -l)" -eq "$processes" ]
	expect_status 0 "$tally" merge expectations/*.json --spec 4 -o one.json
	cmp one.json "$1"
}

test_expect_success 'of 80 processes at once, none loses what it merges' '
	all_at_once -o contracts
	expect_all contracts/web-shop-orders.json
'

test_expect_success 'nor when the first of them starts the contract over' '
	contract old.json description="a request that no test makes any more"
	cp old.json contracts/web-shop-orders.json
	all_at_once -o contracts --fresh --run 1
	expect_all contracts/web-shop-orders.json
'

test_done
