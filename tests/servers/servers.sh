# Sourced after lib.sh: git servers for one test, on loopback and free ports, with keys, certificates
# and settings of their own below $scratch.  Nothing of the system's is read or changed, and all ends
# with the test.  Start them outside of test_expect_success, which forgets variables.
#
#	servers_needed web ssh    # the whole script is skipped, with the reason, where they are missing
#	start_web                 # nginx, fcgiwrap and git http-backend
#	start_ssh                 # sshd
#
# Both serve the repositories in $repositories.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # the scripts use what is set here, and lib.sh sets scratch
PATH=$PATH:/usr/sbin:/sbin

repositories=$scratch/repositories
mkdir "$repositories"

servers_needed() {
	for kind; do
		case $kind in
		web) programs='nginx fcgiwrap openssl setsid' ;;
		ssh) programs='sshd ssh ssh-keygen ssh-agent ssh-add setsid' ;;
		esac
		for program in $programs; do
			command -v "$program" >/dev/null ||
				test_skip_all "$program is not installed; ./bootstrap check installs it"
		done
	done
	[ -x "$(git --exec-path)/git-http-backend" ] || test_skip_all 'git has no http-backend'
	# Debian makes this user with its package; sshd does not begin without it.
	case " $* " in *' ssh '*) [ "$(id -u)" -ne 0 ] || id sshd >/dev/null 2>&1 ||
		test_skip_all 'there is no user sshd, as whom sshd does what needs no rights' ;;
	esac
}

# bare_repository NAME: makes an empty bare repository that may be pushed to.
bare_repository() {
	git init -q --bare --initial-branch=main "$repositories/$1"
}

# in_background LOG COMMAND...: starts it as a group of its own, which ends with the test; sets
# `started`.
in_background() {
	background_log=$1
	shift
	setsid "$@" >"$background_log" 2>&1 </dev/null &
	started=$!
	echo group >"$scratch/pids/$started"
}

# stop_group PID: ends what in_background started before the test is over.
stop_group() {
	kill -- "-$1"
	wait "$1" || :
	rm -f "$scratch/pids/$1"
}

# wait_for PID LOG COMMAND...: until the command succeeds; fails when the process ends, or after 30 s.
wait_for() {
	waited_for=$1 waited_log=$2 waited=0
	shift 2
	until "$@" >/dev/null 2>&1; do
		waited=$((waited + 1))
		if [ "$waited" -gt 600 ] || ! kill -0 "$waited_for" 2>/dev/null; then
			sed 's/^/# /' "$waited_log"
			return 1
		fi
		sleep 0.05
	done
}

# A port that is most likely free: below those that systems hand out for connections.
any_port() {
	echo $((10000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
}

# on_free_port FUNCTION: calls it with one port after the other until it succeeds.
on_free_port() {
	for port_attempt in 1 2 3 4 5 6 7 8; do
		"$1" "$(any_port)" && return 0
		port_attempts=$port_attempt
	done
	echo "# $1 did not begin on any of $port_attempts ports"
	exit 99
}

# ---- http and https -----------------------------------------------------------------------------

# start_web: sets http_url, https_url, web_ca (a file; nothing else trusts it), web_log (a line for
# each request: status, method, path, user), web_user and web_password.  The repositories are at
#	/open/…     anybody reads and writes
#	/read/…     anybody reads, nobody writes (403)
#	/private/…  reads and writes with the password (401)
#	/closed/…   403, in words      /moved/…  a redirection to /open/…      /broken/…  500
start_web() {
	web=$scratch/web web_user=writer web_password='a b:c%d'
	web_ca=$web/ca.pem web_log=$web/access.log
	mkdir "$web"
	web_certificates
	echo "$web_user:$(openssl passwd -apr1 "$web_password")" >"$web/passwords"
	in_background "$web/fcgiwrap.log" fcgiwrap -c 8 -s "unix:$web/socket"
	wait_for "$started" "$web/fcgiwrap.log" test -S "$web/socket" || exit 99
	on_free_port web_on_port
	http_url=http://127.0.0.1:$http_port https_url=https://127.0.0.1:$https_port
}

web_certificates() {
	(
		cd "$web" || exit
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
			-subj '/CN=an authority for one test' -keyout ca.key -out ca.pem
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
			-subj /CN=localhost -keyout server.key -out server.csr
		echo 'subjectAltName = IP:127.0.0.1, DNS:localhost' >extensions
		openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
			-extfile extensions -out server.pem
	) >"$web/openssl.log" 2>&1 && [ -s "$web/server.pem" ] && return 0
	sed 's/^/# /' "$web/openssl.log"
	exit 99
}

web_on_port() { # PORT
	http_port=$1 https_port=$(($1 + 1))
	rm -f "$web/nginx.pid"
	web_settings >"$web/nginx.conf"
	in_background "$web/nginx.log" nginx -p "$web" -c "$web/nginx.conf" -e "$web/error.log"
	web_server=$started
	# nginx writes it once it listens.
	wait_for "$web_server" "$web/nginx.log" test -s "$web/nginx.pid"
}

web_settings() {
	# Root's nginx would have others do the work, who may not look into $scratch.
	[ "$(id -u)" -ne 0 ] || echo "user root;"
	cat <<-EOT
		daemon off;
		worker_processes 1;
		pid $web/nginx.pid;
		events { worker_connections 256; }
		http {
		 log_format short '\$status \$request_method \$request_uri \$remote_user';
		 access_log $web_log short;
		 server_tokens off;
		 # A pack may have any size; the server answers when it has all of it.
		 client_max_body_size 0;
		 client_body_temp_path $web/body;
		 fastcgi_temp_path $web/fastcgi;
	EOT
	# Parts that are not used have folders all the same, if they are there.
	for part in proxy uwsgi scgi; do
		nginx -V 2>&1 | grep -q -e "--without-http_${part}_module" ||
			echo " ${part}_temp_path $web/$part;"
	done
	cat <<-EOT
		 server {
		  listen 127.0.0.1:$http_port;
		  listen 127.0.0.1:$https_port ssl;
		  ssl_certificate $web/server.pem;
		  ssl_certificate_key $web/server.key;
		  location ~ ^/open(/.*)\$ { $(web_backend) fastcgi_param GIT_CONFIG_COUNT 1;
		   fastcgi_param GIT_CONFIG_KEY_0 http.receivepack;
		   fastcgi_param GIT_CONFIG_VALUE_0 true; }
		  location ~ ^/read(/.*)\$ { $(web_backend) }
		  location ~ ^/private(/.*)\$ { $(web_backend)
		   auth_basic "repositories"; auth_basic_user_file $web/passwords; }
		  location ~ ^/moved(/.*)\$ { return 301 \$scheme://\$http_host/open\$1\$is_args\$args; }
		  location /closed/ { return 403 "this project is closed\\n"; }
		  location /broken/ { return 500 "no luck today\\n"; }
		 }
		}
	EOT
}

web_backend() {
	cat <<-EOT
		fastcgi_pass unix:$web/socket;
		fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
		fastcgi_param PATH_INFO \$1;
		fastcgi_param GIT_PROJECT_ROOT $repositories;
		fastcgi_param GIT_HTTP_EXPORT_ALL 1;
		fastcgi_param HOME $web;
		fastcgi_param QUERY_STRING \$query_string;
		fastcgi_param REQUEST_METHOD \$request_method;
		fastcgi_param CONTENT_TYPE \$content_type;
		fastcgi_param CONTENT_LENGTH \$content_length;
		fastcgi_param REMOTE_USER \$remote_user;
		fastcgi_param REMOTE_ADDR \$remote_addr;
		fastcgi_param SERVER_PROTOCOL \$server_protocol;
	EOT
}

# ---- ssh ----------------------------------------------------------------------------------------

# start_ssh: sets ssh_url (what goes before the absolute path of a repository), ssh_port, ssh_user,
# ssh_key (a file without passphrase, whose owner gets git alone), ssh_locked_key (the same, with the
# passphrase $ssh_passphrase), ssh_shell_key (gets a shell), ssh_stranger_key (gets nothing) and
# ssh_known_hosts (a file that knows the server; nothing else does).
start_ssh() {
	ssh=$scratch/ssh ssh_user=$(id -un)
	ssh_key=$ssh/key ssh_locked_key=$ssh/locked_key ssh_shell_key=$ssh/shell_key
	ssh_stranger_key=$ssh/stranger_key ssh_passphrase='open sesame' ssh_known_hosts=$ssh/known_hosts
	mkdir -m 700 "$ssh"
	make_ssh_key "$ssh/host_ed25519" ed25519 ''
	make_ssh_key "$ssh/host_ecdsa" ecdsa ''
	make_ssh_key "$ssh_key" ed25519 ''
	make_ssh_key "$ssh_locked_key" ed25519 "$ssh_passphrase"
	make_ssh_key "$ssh_shell_key" ed25519 ''
	make_ssh_key "$ssh_stranger_key" ed25519 ''
	# A shell would read the user's own files; git, too.
	git_alone="restrict,command=\"env HOME=$ssh GIT_CONFIG_NOSYSTEM=1 git shell -c \\\"\$SSH_ORIGINAL_COMMAND\\\"\""
	{
		echo "$git_alone $(cat "$ssh_key.pub")"
		echo "$git_alone $(cat "$ssh_locked_key.pub")"
		cat "$ssh_shell_key.pub"
	} >"$ssh/authorized_keys"
	ssh_rights_folder
	on_free_port ssh_on_port
	{
		echo "[127.0.0.1]:$ssh_port $(cat "$ssh/host_ed25519.pub")"
		echo "[127.0.0.1]:$ssh_port $(cat "$ssh/host_ecdsa.pub")"
	} >"$ssh_known_hosts"
	ssh_url=ssh://$ssh_user@127.0.0.1:$ssh_port
}

make_ssh_key() { # FILE KIND PASSPHRASE
	ssh-keygen -q -t "$2" -N "$3" -C "a key for one test" -f "$1" </dev/null || exit 99
}

# Root's sshd wants an empty folder that systems make when they start it.  Where they did not, it gets
# a /run of its own; and where that cannot be, that folder, as sshd's own package would make it.
ssh_rights_folder() {
	ssh_alone=
	if [ "$(id -u)" -ne 0 ] || [ -d /run/sshd ]; then return 0; fi
	if unshare -m mount -t tmpfs none /run 2>/dev/null; then
		ssh_alone=yes
	else
		mkdir -m 755 /run/sshd 2>/dev/null || [ -d /run/sshd ] || exit 99
	fi
}

ssh_on_port() { # PORT
	ssh_port=$1
	ssh_settings >"$ssh/sshd_config"
	: >"$ssh/log"
	# It starts itself again for each connection, and so wants its whole path.
	set -- "$(command -v sshd)" -D -E "$ssh/log" -f "$ssh/sshd_config"
	# shellcheck disable=SC2016 # expanded inside
	[ -z "$ssh_alone" ] || set -- unshare -m sh -c \
		'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"' sh "$@"
	in_background "$ssh/sshd.log" "$@"
	ssh_server=$started
	wait_for "$ssh_server" "$ssh/log" grep -q 'Server listening' "$ssh/log"
}

ssh_settings() {
	cat <<-EOT
		ListenAddress 127.0.0.1
		Port $ssh_port
		HostKey $ssh/host_ed25519
		HostKey $ssh/host_ecdsa
		AuthorizedKeysFile $ssh/authorized_keys
		PidFile none
		UsePAM no
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin prohibit-password
		# Folders above \$scratch may belong to all, as /tmp does.
		StrictModes no
		PrintMotd no
		LoginGraceTime 20
		MaxStartups 100
		LogLevel VERBOSE
	EOT
}

# start_ssh_agent KEY...: an agent that has these keys; exports SSH_AUTH_SOCK.
start_ssh_agent() {
	SSH_AUTH_SOCK=$ssh/agent
	export SSH_AUTH_SOCK
	in_background "$ssh/agent.log" ssh-agent -D -a "$SSH_AUTH_SOCK"
	ssh_agent=$started
	wait_for "$started" "$ssh/agent.log" test -S "$SSH_AUTH_SOCK" || exit 99
	[ "$#" -eq 0 ] || ssh-add -q "$@" </dev/null || exit 99
}
