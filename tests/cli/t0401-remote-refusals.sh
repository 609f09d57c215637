#!/bin/sh
# What a git host refuses, races that are lost, and connections that break off.
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/servers.sh
. "$TALLY_SRCDIR/tests/servers/servers.sh"
servers_needed web
start_web
XDG_CACHE_HOME=$scratch/cache
export XDG_CACHE_HOME
unset SSL_CERT_FILE http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY
bare_repository broker.git
open=$http_url/open/broker.git
hooks=$repositories/broker.git/hooks
writer=$TALLY_BUILDDIR/tests/servers/writer
"$tally" broker init "$open" >/dev/null || exit 99
cat >pact.json <<-'EOT'
	{
	 "consumer": {"name": "web"},
	 "provider": {"name": "orders"},
	 "interactions": [
	  {
	   "description": "an order",
	   "request": {"method": "GET", "path": "/orders/1"},
	   "response": {"status": 200}
	  }
	 ],
	 "metadata": {"pactSpecification": {"version": "2.0.0"}}
	}
EOT

# hook NAME: made of standard input; the others go.
hook() {
	rm -f "$hooks"/*
	{
		echo '#!/bin/sh'
		cat
	} >"$hooks/$1"
	chmod +x "$hooks/$1"
}

# pushes: how many there were.
pushes() {
	grep -c 'POST .*git-receive-pack' "$web_log"
}

expect_unchanged() {
	[ "$(git -C "$repositories/broker.git" rev-parse main)" = "$1" ]
}

test_expect_success 'a hook refuses: at once, in its words' '
	before=$(git -C "$repositories/broker.git" rev-parse main)
	hook pre-receive <<-EOT
		echo "releases are frozen until Monday" >&2
		exit 1
	EOT
	: >"$web_log"
	expect_status 4 "$tally" publish pact.json --version 1 --broker "$open"
	expect_in err "releases are frozen until Monday" "pre-receive hook declined" "nothing was recorded"
	[ "$(pushes)" -eq 1 ]
	expect_unchanged "$before"
	expect_status 0 "$tally" log --broker "$open"
	expect_not_in out "publish web 1"
'

test_expect_success 'a protected branch refuses: at once, in its words' '
	hook update <<-EOT
		echo "\$1 is protected" >&2
		exit 1
	EOT
	: >"$web_log"
	expect_status 4 "$tally" publish pact.json --version 1 --broker "$open"
	expect_in err "refs/heads/main is protected" "hook declined"
	[ "$(pushes)" -eq 1 ]
'

test_expect_success 'what the server cannot store is told' '
	rm -f "$hooks"/*
	git -C "$repositories/broker.git" config receive.maxInputSize 100
	expect_status 4 "$tally" publish pact.json --version 1 --broker "$open"
	expect_in err "could not store the change" "nothing was recorded"
	git -C "$repositories/broker.git" config --unset receive.maxInputSize
'

test_expect_success 'a race that is lost is run again' '
	hook pre-receive <<-EOT
		[ ! -e "$scratch/work/raced" ] || exit 0
		touch "$scratch/work/raced"
		for name in \$(env | sed -n "s/^\(GIT_[A-Z_]*\)=.*/\1/p"); do unset "\$name"; done
		"$tally" publish "$scratch/work/pact.json" --version 2 --broker "$repositories/broker.git" >&2
	EOT
	: >"$web_log"
	expect_status 0 "$tally" publish pact.json --version 1 --broker "$open"
	[ -e raced ]
	[ "$(pushes)" -eq 2 ]
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 1" "publish web 2"
	[ "$(git -C "$repositories/broker.git" rev-list --count --min-parents=2 main)" -eq 0 ]
'

test_expect_success 'a group of changes is one push' '
	rm -f "$hooks"/*
	: >"$web_log"
	"$writer" "$open" grouped group 5 >told
	[ "$(wc -l <told)" -eq 5 ]
	[ "$(pushes)" -eq 1 ]
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web-shop grouped.1" "publish web-shop grouped.5"
'

test_expect_success 'a group that loses a race is refused, and nothing of it recorded' '
	rm -f raced
	hook pre-receive <<-EOT
		for name in \$(env | sed -n "s/^\(GIT_[A-Z_]*\)=.*/\1/p"); do unset "\$name"; done
		"$tally" publish "$scratch/work/pact.json" --version 21 --broker "$repositories/broker.git" >&2
	EOT
	: >"$web_log"
	expect_status 1 "$writer" "$open" late group 3
	expect_empty out
	expect_in err "changed from elsewhere" "make its changes again"
	[ "$(pushes)" -eq 1 ]
	rm -f "$hooks"/*
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 21"
	expect_not_in out "web-shop late"
'

test_expect_success 'a server that dies before the branch has moved: nothing was recorded' '
	before=$(git -C "$repositories/broker.git" rev-parse main)
	hook pre-receive <<-EOT
		kill -9 \$PPID
	EOT
	expect_status 4 "$tally" publish pact.json --version 3 --broker "$open"
	expect_in err "was not there afterwards"
	expect_unchanged "$before"
'

test_expect_success 'a server that dies after it: the change is found, and counts' '
	hook post-receive <<-EOT
		kill -9 \$PPID
	EOT
	expect_status 0 "$tally" publish pact.json --version 3 --broker "$open"
	expect_in out "created"
	rm -f "$hooks"/*
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 3"
'

test_expect_success 'a server that hangs is given up' '
	mkfifo "$scratch/work/gate"
	hook pre-receive <<-EOT
		read -r word <"$scratch/work/gate"
		exit 1
	EOT
	expect_status 4 "$tally" publish pact.json --version 4 --broker "$open" --broker-timeout 1
	expect_in err "sent nothing for 1 s" "look with tally log"
	echo go >gate
	rm -f "$hooks"/*
	expect_status 0 "$tally" publish pact.json --version 4 --broker "$open"
'

test_expect_success 'a lock that is left there ends in words that say so' '
	touch "$repositories/broker.git/refs/heads/main.lock"
	expect_status 4 "$tally" publish pact.json --version 5 --broker "$open"
	expect_in err "seems to be locked there"
	rm "$repositories/broker.git/refs/heads/main.lock"
	expect_status 0 "$tally" publish pact.json --version 5 --broker "$open"
	git -C "$repositories/broker.git" fsck --strict
'

test_done
