#!/bin/sh
# The verifier of Tally beside the reference one: the same contracts, the same providers.
# shellcheck source=tests/interop/lib.sh
. "${TALLY_SRCDIR:?}/tests/interop/lib.sh"

compared() { # SCRIPT OPTION...: says what differed
	script=$1
	shift
	TALLY=$tally node "$TALLY_SRCDIR/tests/differential/$script.js" "$@" >compared.out 2>&1 && return 0
	cat compared.out
}
expect 'both give the same verdicts on providers that are right, and wrong in one place' \
	compared differential --broken --every 7
expect 'both send the same requests, but for what is told' compared sent
expect 'both do the same with provider states that fail or answer oddly' compared states
expect 'both do what the compatibility suite asks of verifiers' compared features
finish
