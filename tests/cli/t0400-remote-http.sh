#!/bin/sh
# A broker on a git host over HTTP: nginx and git http-backend.
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
private=$http_url/private/broker.git
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

# tip NAME: the commit of a repository's branch.
tip() {
	git -C "$repositories/$1" rev-parse main
}

test_expect_success 'a question to an empty repository says what to do' '
	expect_refused "tally broker init makes a broker of it" "$tally" log --broker "$open"
'

test_expect_success 'init pushes the first commit, once' '
	expect_status 0 "$tally" broker init "$open"
	expect_in out "$open"
	[ "$(git -C "$repositories/broker.git" rev-list --count main)" -eq 1 ]
	expect_status 1 "$tally" broker init "$open"
	expect_in err "has a branch main already"
'

test_expect_success 'init leaves a repository alone that has other branches' '
	bare_repository other.git
	git init -q seed
	git -C seed -c user.name=a -c user.email=a@b commit -q --allow-empty -m seed
	git -C seed push -q "$repositories/other.git" HEAD:refs/heads/trunk
	expect_status 1 "$tally" broker init "$http_url/open/other.git"
	expect_in err "branches, but no main"
	expect_refused "no main" "$tally" log --broker "$http_url/open/other.git"
'

test_expect_success 'changes are pushed, one push each, and questions see them' '
	: >"$web_log"
	expect_status 0 "$tally" environment create production --broker "$open"
	expect_status 0 "$tally" publish pact.json --version 1 --broker "$open"
	[ "$(grep -c "POST .*git-receive-pack" "$web_log")" -eq 2 ]
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 1" "create environment production"
	git -C "$repositories/broker.git" fsck --strict
'

test_expect_success 'the same again pushes nothing' '
	: >"$web_log"
	expect_status 0 "$tally" publish pact.json --version 1 --broker "$open"
	expect_in out "unchanged"
	expect_no_lines grep "POST .*git-receive-pack" "$web_log"
'

test_expect_success 'git+http is the same, whatever the end of the path' '
	bare_repository plain
	expect_status 0 "$tally" broker init "git+$http_url/open/plain"
	expect_status 0 "$tally" log --broker "git+$http_url/open/plain"
	expect_in out "create the broker"
'

test_expect_success 'the copy of what a host lost is not thrown away' '
	git -C "$repositories/plain" update-ref -d refs/heads/main
	expect_status 1 "$tally" broker init "git+$http_url/open/plain"
	expect_in err "was a broker" "refs/heads/main"
	expect_status 0 "$tally" log --offline --broker "git+$http_url/open/plain"
	expect_in out "create the broker"
'

test_expect_success 'what another wrote is seen by the next question' '
	before=$(tip broker.git)
	XDG_CACHE_HOME=$scratch/cache2 expect_status 0 \
		"$tally" publish pact.json --version 2 --broker "$open"
	[ "$before" != "$(tip broker.git)" ]
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 2"
'

test_expect_success 'offline: from the copy, with its age, and nothing is changed' '
	XDG_CACHE_HOME=$scratch/cache2 expect_status 0 \
		"$tally" publish pact.json --version 3 --broker "$open"
	: >"$web_log"
	expect_status 0 "$tally" log --offline --broker "$open"
	expect_in out "publish web 2"
	expect_not_in out "publish web 3"
	expect_in err "offline: answering from a copy that is" "old"
	touch -d "3 days ago" "$XDG_CACHE_HOME"/tally/git/127.0.0.1-"$http_port"-open-broker.git-*/tally/updated
	expect_status 0 "$tally" log --offline --broker "$open"
	expect_in err "3 days old"
	expect_refused "leave --offline out" \
		"$tally" publish pact.json --version 4 --offline --broker "$open"
	expect_empty "$web_log"
	expect_status 2 "$tally" log --offline --broker "$http_url/read/broker.git"
	expect_in err "no copy of it yet"
'

test_expect_success 'a copy that is damaged or gone is made anew' '
	copy=$(echo "$XDG_CACHE_HOME"/tally/git/127.0.0.1-"$http_port"-open-broker.git-????????????????)
	chmod u+w "$copy"/objects/pack/*
	rm -f "$copy"/objects/pack/*.pack
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 3" "create the broker"
	for pack in "$copy"/objects/pack/*.pack; do
		chmod u+w "$pack"
		head -c 100 /dev/zero | dd of="$pack" bs=1 seek=20 conv=notrunc 2>/dev/null
	done
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 3" "create the broker"
	echo nonsense >"$copy/refs/heads/main"
	expect_status 0 "$tally" log --broker "$open"
	echo nonsense >"$copy/HEAD"
	expect_status 0 "$tally" publish pact.json --version 4 --broker "$open"
	rm -rf "$XDG_CACHE_HOME"
	expect_status 0 "$tally" publish pact.json --version 5 --broker "$open"
	expect_in out "created"
	expect_no_lines find "$XDG_CACHE_HOME" -name "*.old-*"
'

test_expect_success 'history that was rewritten there is followed' '
	git -C "$repositories/broker.git" update-ref refs/heads/main main~1
	expect_status 0 "$tally" log --broker "$open"
	expect_not_in out "publish web 5"
	expect_status 0 "$tally" publish pact.json --version 6 --broker "$open"
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 6"
'

test_expect_success 'a branch that is gone there: the copy has it' '
	last=$(tip broker.git)
	git -C "$repositories/broker.git" update-ref -d refs/heads/main
	expect_refused "$last:refs/heads/main" "$tally" log --broker "$open"
	expect_refused "$last:refs/heads/main" "$tally" publish pact.json --version 7 --broker "$open"
	git -C "$repositories/broker.git" update-ref refs/heads/main "$last"
	expect_status 0 "$tally" log --broker "$open"
'

test_expect_success 'credentials: none, wrong ones, and right ones of each source' '
	expect_refused "wants credentials (401)" "$tally" log --broker "$private"
	expect_refused "does not accept the credentials (401)" \
		"$tally" log --broker "http://$web_user:planted@127.0.0.1:$http_port/private/broker.git"
	expect_not_in err planted
	TALLY_BROKER_USERNAME=$web_user TALLY_BROKER_PASSWORD=$web_password \
		expect_status 0 "$tally" log --broker "$private"
	TALLY_BROKER_USERNAME=$web_user TALLY_BROKER_TOKEN=$web_password \
		expect_status 0 "$tally" log --broker "$private"
	expect_status 0 "$tally" log \
		--broker "http://$web_user:a%20b%3Ac%25d@127.0.0.1:$http_port/private/broker.git"
	TALLY_BROKER_TOKEN=planted expect_refused "(401)" "$tally" log --broker "$private"
	expect_no_lines grep -rl -e planted -e "$web_password" -e a%20b%3Ac%25d "$XDG_CACHE_HOME"
'

test_expect_success 'the credential helpers of git are asked, and told' '
	cat >helper <<-EOT
		#!/bin/sh
		echo "\$1" >>"$scratch/work/asked"
		cat >>"$scratch/work/asked"
		[ "\$1" != get ] || { echo "username=$web_user"; echo "password=\$(cat "$scratch/work/password")"; }
	EOT
	chmod +x helper
	git config --global credential.helper "$scratch/work/helper"
	echo "$web_password" >password
	expect_status 0 "$tally" publish pact.json --version 8 --broker "$private"
	expect_in asked "get" "store" "protocol=http" "host=127.0.0.1:$http_port"
	: >asked
	echo wrong >password
	expect_refused "the helper was told" "$tally" log --broker "$private"
	expect_in asked "get" "erase"
	git config --global --unset credential.helper
'

test_expect_success 'who may read but not write is told so, with the words of the server' '
	expect_status 0 "$tally" log --broker "$http_url/read/broker.git"
	expect_refused "the git host answered 403" \
		"$tally" publish pact.json --version 9 --broker "$http_url/read/broker.git"
	expect_refused "this project is closed" \
		"$tally" log --broker "$http_url/closed/broker.git"
	expect_status 4 "$tally" log --broker "$http_url/broken/broker.git"
	expect_in err "the git host answered 500" "no luck today"
	expect_status 1 "$tally" log --broker "$http_url/open/none.git"
	expect_in err "there is no such repository"
	expect_status 4 "$tally" log --broker http://127.0.0.1:1/x.git
	expect_in err "nothing listens on 127.0.0.1:1"
'

test_expect_success 'a repository that was moved is found' '
	expect_status 0 "$tally" publish pact.json --version 10 --broker "$http_url/moved/broker.git"
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web 10"
'

test_expect_success 'https wants a certificate that is trusted' '
	expect_status 4 "$tally" log --broker "$https_url/open/broker.git"
	expect_in err "certificate" "(--broker-ca-file)"
	expect_status 0 "$tally" log --broker "$https_url/open/broker.git" --broker-ca-file "$web_ca"
	GIT_SSL_CAINFO=$web_ca expect_status 0 "$tally" publish pact.json --version 11 \
		--broker "$https_url/open/broker.git"
	SSL_CERT_FILE=$web_ca expect_status 0 "$tally" log --broker "git+$https_url/open/broker.git"
'

test_expect_success 'a proxy of the environment is used' '
	http_proxy=http://127.0.0.1:$http_port expect_status 0 \
		"$tally" log --broker http://git.invalid/open/broker.git
	expect_in out "publish web 11"
	http_proxy=http://127.0.0.1:1 expect_status 4 \
		"$tally" log --broker http://git.invalid/open/broker.git
	expect_in err "proxy"
'

test_expect_success 'URLs that cannot be' '
	expect_refused "no URL of a git repository" "$tally" log --broker git+https://
	expect_refused "no URL of a git repository" "$tally" log --broker ssh://-oProxyCommand=x/y.git
	expect_refused "no URL of a git repository" "$tally" log --broker "git@-oProxyCommand=x:y.git"
	expect_refused "no URL of a git repository" "$tally" log --broker "https://example.org/x y.git"
	expect_refused "svn://" "$tally" log --broker svn://example.org/x
'

test_expect_success 'many processes share one copy' '
	pids=
	for i in 1 2 3 4; do
		"$tally" publish pact.json --version "many-$i" --broker "$open" >"many.$i" 2>&1 &
		pids="$pids $!"
	done
	for pid in $pids; do wait "$pid"; done
	expect_status 0 "$tally" log --broker "$open"
	expect_in out "publish web many-1" "publish web many-2" "publish web many-3" "publish web many-4"
	git -C "$repositories/broker.git" fsck --strict
	[ "$(git -C "$repositories/broker.git" rev-list --count --min-parents=2 main)" -eq 0 ]
'

test_done
