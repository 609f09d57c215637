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

bench_programs += %D%/bench_startup

bench_programs += %D%/bench_store
bench_bench_store_LDADD = $(bench_libs)

EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
EXTRA_DIST += %D%/bench.h %D%/bench_peers.js
bench: all $(bench_programs)
	@for program in $(bench_programs); do ./$$program || exit 1; done
	@NODE_PATH='$(abs_builddir)/tests/interop/node_modules'; export NODE_PATH; \
	PACT_DO_NOT_TRACK=true; export PACT_DO_NOT_TRACK; \
	if test -d "$$NODE_PATH"; then node '$(srcdir)/%D%/bench_peers.js' ./tally; \
	else echo 'not beside the reference implementation: "make check-interop" installs it first'; fi
.PHONY: bench
