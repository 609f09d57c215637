# A new program: bench_<part>.c, and two lines like those of bench_json.  Never part of `make check`.
bench_libs = libtallyall.la $(CJSON_LIBS) $(PCRE2_LIBS)
bench_programs =

bench_programs += %D%/bench_json
bench_bench_json_LDADD = $(bench_libs)

bench_programs += %D%/bench_match
bench_bench_match_LDADD = $(bench_libs)

bench_programs += %D%/bench_match_sizes
bench_bench_match_sizes_LDADD = $(bench_libs)

bench_programs += %D%/bench_interactions
bench_bench_interactions_LDADD = $(bench_libs)

bench_programs += %D%/bench_store
bench_bench_store_LDADD = $(bench_libs)

bench_programs += %D%/bench_broker
bench_bench_broker_SOURCES = %D%/bench_broker.c %D%/organisation.c %D%/organisation.h
bench_bench_broker_LDADD = $(bench_libs)

bench_programs += %D%/bench_selection
bench_bench_selection_LDADD = $(bench_libs)

# The consumer's side, each beside the reference implementation when its library is the argument.
bench_beside = %D%/reference.c %D%/reference.h %D%/client.c %D%/client.h
bench_consumer_programs =

bench_consumer_programs += %D%/bench_startup

bench_consumer_programs += %D%/bench_cycle
bench_bench_cycle_SOURCES = %D%/bench_cycle.c $(bench_beside)
bench_bench_cycle_LDADD = libtally.la $(CJSON_LIBS)

bench_consumer_programs += %D%/bench_request
bench_bench_request_SOURCES = %D%/bench_request.c $(bench_beside)
bench_bench_request_LDADD = $(bench_libs)

bench_consumer_programs += %D%/bench_merge
bench_bench_merge_SOURCES = %D%/bench_merge.c $(bench_beside)
bench_bench_merge_LDADD = $(bench_libs)

# The verifier's side.  libcurl itself is linked only here, for the loop to compare with.
bench_beside_curl = %D%/bare_curl.c %D%/bare_curl.h %D%/bare_start.c %D%/bare_start.h \
	%D%/child.c %D%/child.h %D%/client.c %D%/client.h

bench_programs += %D%/bench_client
bench_bench_client_SOURCES = %D%/bench_client.c $(bench_beside_curl)
bench_bench_client_LDADD = $(bench_libs) $(CURL_LIBS)

bench_programs += %D%/bench_verify
bench_bench_verify_SOURCES = %D%/bench_verify.c $(bench_beside_curl)
bench_bench_verify_LDADD = $(bench_libs) $(CURL_LIBS)

# Whole processes, beside the reference verifier.
bench_bench_verifiers_SOURCES = %D%/bench_verifiers.c %D%/bare_curl.c %D%/bare_curl.h \
	%D%/child.c %D%/child.h %D%/client.c %D%/client.h
bench_bench_verifiers_LDADD = $(CURL_LIBS)

# What bench/stub.sh uses.
bench_helpers = %D%/load %D%/bare_server %D%/bench_verifiers
bench_load_SOURCES = %D%/load.c %D%/child.c %D%/child.h %D%/client.c %D%/client.h
bench_bare_server_LDADD = $(MHD_LIBS)

EXTRA_PROGRAMS += $(bench_programs) $(bench_consumer_programs) $(bench_helpers)
CLEANFILES += $(bench_programs) $(bench_consumer_programs) $(bench_helpers)
EXTRA_DIST += %D%/bench.h %D%/bench_peers.js %D%/stub.sh %D%/remote.sh %D%/orders.awk

# The packages that "make check-interop" installs.
bench_packages = $(abs_builddir)/tests/interop/node_modules
bench_reference = $(bench_packages)/@pact-foundation/pact-core-linux-x64-glibc/prebuilds/linux-x64/libpact_ffi.so
bench_environment = NODE_PATH='$(bench_packages)'; export NODE_PATH; \
	PACT_DO_NOT_TRACK=true; export PACT_DO_NOT_TRACK; \
	reference='$(bench_reference)'; \
	test -f "$$reference" || { reference=; \
	echo 'not beside the reference implementation: "make check-interop" installs it first'; }

bench: bench-programs bench-peers bench-consumer bench-verify
bench-programs: all $(bench_programs) $(bench_helpers)
	@for program in $(bench_programs); do ./$$program || exit 1; done
bench-peers: all
	@$(bench_environment); test -z "$$reference" || node '$(srcdir)/%D%/bench_peers.js' ./tally
bench-consumer: all $(bench_consumer_programs) $(bench_helpers)
	@$(bench_environment); for program in $(bench_consumer_programs); do \
		./$$program $${reference:+"$$reference"} || exit 1; done; \
	$(SHELL) '$(srcdir)/%D%/stub.sh'
bench-verify: all $(bench_helpers)
	@pact='$(bench_packages)/@pact-foundation/pact-cli-linux-x64/standalone/pact'; \
	PACT_DO_NOT_TRACK=true; export PACT_DO_NOT_TRACK; \
	test -x "$$pact" || { pact=; \
	echo 'not beside the reference implementation: "make check-interop" installs it first'; }; \
	%D%/bench_verifiers $${pact:+"$$pact"}
# Takes the git servers that tests/servers names.
bench-remote: all tests/servers/writer
	@$(SHELL) '$(srcdir)/%D%/remote.sh'
# They are only built, so that they keep pace with the library.
check-bench: $(bench_programs) $(bench_consumer_programs) $(bench_helpers)
.PHONY: check-bench bench bench-programs bench-peers bench-consumer bench-remote bench-verify
