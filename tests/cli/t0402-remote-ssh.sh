#!/bin/sh
# A broker on a git host over ssh: sshd with keys of its own.
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/servers.sh
. "$TALLY_SRCDIR/tests/servers/servers.sh"
servers_needed ssh
start_ssh
XDG_CACHE_HOME=$scratch/cache
export XDG_CACHE_HOME
unset SSH_AUTH_SOCK
bare_repository broker.git
at=$ssh_url$repositories/broker.git
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

# with_ssh KEY KNOWN_HOSTS: what ssh is started with.  OpenSSH looks for its files where the password
# database says that home is, not in HOME.
with_ssh() {
	GIT_SSH_COMMAND="ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -i $1 -o UserKnownHostsFile=$2"
	GIT_SSH_COMMAND="$GIT_SSH_COMMAND -o GlobalKnownHostsFile=/dev/null"
	export GIT_SSH_COMMAND
}

test_expect_success 'init, changes and questions' '
	with_ssh "$ssh_key" "$ssh_known_hosts"
	expect_status 0 "$tally" broker init "$at"
	expect_status 0 "$tally" publish pact.json --version 1 --broker "$at"
	expect_status 0 "$tally" publish pact.json --version 1 --broker "git+$at"
	expect_in out "unchanged"
	expect_status 0 "$tally" log --broker "$at"
	expect_in out "publish web 1"
	git -C "$repositories/broker.git" fsck --strict
'

test_expect_success 'a key in the agent' '
	eval "$(ssh-agent -s)" >agent.out
	: >"$scratch/pids/$SSH_AGENT_PID"
	printf "#!/bin/sh\necho \"%s\"\n" "$ssh_passphrase" >ask
	chmod +x ask
	SSH_ASKPASS=$PWD/ask SSH_ASKPASS_REQUIRE=force ssh-add -q "$ssh_locked_key"
	GIT_SSH_COMMAND="ssh -F none -o BatchMode=yes -o IdentityFile=none -o UserKnownHostsFile=$ssh_known_hosts"
	export GIT_SSH_COMMAND
	expect_status 0 "$tally" publish pact.json --version 2 --broker "$at"
	kill "$SSH_AGENT_PID"
'

test_expect_success 'a key that is not accepted' '
	with_ssh "$ssh_stranger_key" "$ssh_known_hosts"
	expect_refused "none of the keys was accepted" "$tally" log --broker "$at"
	expect_in err "Permission denied"
'

test_expect_success 'a host that is not known is not trusted' '
	: >nobody
	with_ssh "$ssh_key" nobody
	expect_status 4 "$tally" log --broker "$at"
	expect_in err "key is not known" "known_hosts"
	expect_empty nobody
'

test_expect_success 'nor one whose key has changed' '
	sed "s#ssh-ed25519 .*#ssh-ed25519 $(cut -d" " -f2 <"$ssh_stranger_key.pub")#" \
		"$ssh_known_hosts" | grep ed25519 >changed
	with_ssh "$ssh_key" changed
	expect_status 4 "$tally" publish pact.json --version 3 --broker "$at"
	expect_in err "another one than known_hosts has"
'

test_expect_success 'a repository that is not there, and nobody who listens' '
	with_ssh "$ssh_key" "$ssh_known_hosts"
	expect_status 1 "$tally" log --broker "$ssh_url$repositories/none.git"
	expect_in err "make an empty repository there first"
	expect_status 4 "$tally" log --broker ssh://127.0.0.1:1/none.git
	expect_in err "nothing listens there"
'

test_expect_success 'names of the shell in a path are names' '
	odd="$repositories/a b'"'\\\\''"'c;touch x.git"
	git init -q --bare --initial-branch=main "$odd"
	with_ssh "$ssh_key" "$ssh_known_hosts"
	cat >plain.sh <<-EOT
		exec $GIT_SSH_COMMAND -p $ssh_port "\$@"
	EOT
	GIT_SSH_COMMAND="sh $PWD/plain.sh"
	expect_status 0 "$tally" broker init "$ssh_user@127.0.0.1:$odd"
	[ ! -e x.git ]
	[ "$(git -C "$odd" rev-list --count main)" -eq 1 ]
'

test_expect_success 'a hook refuses in its words' '
	with_ssh "$ssh_key" "$ssh_known_hosts"
	printf "#!/bin/sh\necho no releases today >&2\nexit 1\n" >"$repositories/broker.git/hooks/pre-receive"
	chmod +x "$repositories/broker.git/hooks/pre-receive"
	expect_status 4 "$tally" publish pact.json --version 3 --broker "$at"
	expect_in err "no releases today" "nothing was recorded"
	rm "$repositories/broker.git/hooks/pre-receive"
	expect_status 0 "$tally" publish pact.json --version 3 --broker "$at"
'

test_done
