#!/bin/sh
# the servers that other tests use: what they let in, what they refuse, and that they end
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/servers.sh
. "$TALLY_SRCDIR/tests/servers/servers.sh"

servers_needed web ssh
start_web
start_ssh
bare_repository a.git

git init -q --initial-branch=main mine
git -C mine -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m first
GIT_TERMINAL_PROMPT=0
export GIT_TERMINAL_PROMPT
head=$(git -C mine rev-parse HEAD)
password=$(printf %s "$web_password" | sed 's/%/%25/g; s/ /%20/g; s/:/%3a/g')
private=http://$web_user:$password@127.0.0.1:$http_port/private/a.git

# reaches URL [git's option]...: a push and a clone.
reaches() {
	url=$1
	shift
	git "$@" -C mine push -q "$url" main
	rm -rf copy
	git "$@" clone -q "$url" copy
	[ "$(git -C copy rev-parse HEAD)" = "$head" ]
	git -C "$repositories/a.git" update-ref -d refs/heads/main
}

test_expect_success 'anybody reads and writes at /open' 'reaches "$http_url/open/a.git"'
test_expect_success 'a redirection leads there' '
	reaches "$http_url/moved/a.git" -c http.followRedirects=true'
test_expect_success 'nobody writes at /read' '
	expect_status 128 git -C mine push "$http_url/read/a.git" main
	expect_in err 403
	git ls-remote "$http_url/read/a.git"
'
test_expect_success 'with the password at /private, and without at all' '
	expect_status 128 git -C mine push "$http_url/private/a.git" main
	reaches "$private"
	grep -q "^200 POST /private/a.git/git-receive-pack $web_user\$" "$web_log"
'
test_expect_success '/closed and /broken say so' '
	expect_status 128 git ls-remote "$http_url/closed/a.git"
	expect_in err 403
	expect_status 128 git ls-remote "$http_url/broken/a.git"
	expect_in err 500
'
test_expect_success 'https is for those who trust the authority' '
	expect_status 128 git ls-remote "$https_url/open/a.git"
	expect_in err certificate
	reaches "$https_url/open/a.git" -c http.sslCAInfo="$web_ca"
'

# The user's own known hosts stay out of it.
ssh_options="-F none -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes"
with_ssh() { # KEY KNOWN-HOSTS COMMAND...
	GIT_SSH_COMMAND="ssh $ssh_options -i $1 -o UserKnownHostsFile=$2"
	export GIT_SSH_COMMAND
	shift 2
	"$@"
}

test_expect_success 'ssh: the key opens the repository, and no shell' '
	with_ssh "$ssh_key" "$ssh_known_hosts" reaches "$ssh_url$repositories/a.git"
	status=0
	$GIT_SSH_COMMAND -p "$ssh_port" "$ssh_user@127.0.0.1" echo hello >out 2>err || status=$?
	[ "$status" -ne 0 ]
	expect_empty out
'
test_expect_success 'ssh: another key opens a shell' '
	with_ssh "$ssh_shell_key" "$ssh_known_hosts" true
	[ "$($GIT_SSH_COMMAND -p "$ssh_port" "$ssh_user@127.0.0.1" echo hello)" = hello ]
	with_ssh "$ssh_shell_key" "$ssh_known_hosts" reaches "$ssh_url$repositories/a.git"
'
test_expect_success 'ssh: a key of nobody opens nothing' '
	with_ssh "$ssh_stranger_key" "$ssh_known_hosts" \
		expect_status 128 git ls-remote "$ssh_url$repositories/a.git"
	expect_in err "Permission denied"
'
test_expect_success 'ssh: who does not know the server stays away' '
	with_ssh "$ssh_key" /dev/null expect_status 128 git ls-remote "$ssh_url$repositories/a.git"
	expect_in err "Host key verification failed"
'
test_expect_success 'ssh: an agent has the key that needs a passphrase' '
	with_ssh "$ssh_locked_key" "$ssh_known_hosts" \
		expect_status 128 git ls-remote "$ssh_url$repositories/a.git"
	printf "#!/bin/sh\necho \"%s\"\n" "$ssh_passphrase" >asked
	chmod +x asked
	SSH_ASKPASS=$PWD/asked SSH_ASKPASS_REQUIRE=force
	export SSH_ASKPASS SSH_ASKPASS_REQUIRE
	start_ssh_agent "$ssh_locked_key"
	with_ssh "$ssh_locked_key.pub" "$ssh_known_hosts" reaches "$ssh_url$repositories/a.git"
	stop_group "$ssh_agent"
'

# A script with the same servers that fails, and one that is ended in the middle.
cat >inner.sh <<'EOT'
. "$TALLY_SRCDIR/tests/cli/lib.sh"
. "$TALLY_SRCDIR/tests/servers/servers.sh"
start_web
start_ssh
start_ssh_agent
for pid in "$scratch"/pids/*; do
	echo "${pid##*/}"
done >"$1.new"
mv "$1.new" "$1"
case $2 in
fails) test_expect_success 'no' false && test_done ;;
waits) wait ;; # for the servers, which do not end by themselves
exits) exit 3 ;;
esac
EOT
# One that has ended and that nobody has asked for yet is not alive; kill would find it all the same.
alive() { # GROUP
	sed 's/.*) //' /proc/[0-9]*/stat 2>/dev/null | awk -v group="$1" '
		$3 == group && $1 != "Z" && $1 != "X" { found = 1 }
		END { exit !found }'
}
expect_ended() { # FILE: no process of these groups is left; they may take a moment.
	[ "$(wc -l <"$1")" -eq 4 ]
	while read -r group; do
		waited=0
		while alive "$group"; do
			waited=$((waited + 1))
			[ "$waited" -le 600 ]
			sleep 0.05
		done
	done <"$1"
}
test_expect_success 'they end with a test that fails, exits, or is ended' '
	for way in fails exits; do
		status=0
		sh inner.sh "$PWD/groups.$way" "$way" || status=$?
		[ "$status" -ne 0 ]
		expect_ended "groups.$way"
	done
	sh inner.sh "$PWD/groups.waits" waits >waits.log 2>&1 &
	inner=$!
	wait_for "$inner" waits.log test -s groups.waits
	kill "$inner"
	wait "$inner" || :
	expect_ended groups.waits
'
test_expect_success 'a script whose servers are missing is skipped, and says why' '
	mkdir bin
	for name in sh env sed mktemp dirname mkdir rm git chmod id; do
		ln -s "$(command -v $name)" bin/$name
	done
	cat >missing.sh <<-EOT
		. "$TALLY_SRCDIR/tests/cli/lib.sh"
		. "$TALLY_SRCDIR/tests/servers/servers.sh"
		PATH=$PWD/bin
		servers_needed web
		exit 1
	EOT
	expect_status 0 sh missing.sh
	expect_in out "1..0 # SKIP nginx is not installed"
'
test_done
