# TESTS are TAP producers; the driver writes one .trs file each, whose lines ./bootstrap counts.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = \
	TALLY_SRCDIR='$(abs_top_srcdir)'; export TALLY_SRCDIR; \
	TALLY_BUILDDIR='$(abs_top_builddir)'; export TALLY_BUILDDIR; \
	CC='$(CC)'; export CC; \
	SANITIZE='$(TALLY_SANITIZE)'; export SANITIZE; \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	TSAN_OPTIONS='halt_on_error=1 suppressions=$(abs_top_srcdir)/tests/tsan.suppressions'; \
	export TSAN_OPTIONS; \
	LC_ALL=C.UTF-8; export LC_ALL; TZ=UTC; export TZ;
EXTRA_DIST += tests/same_tree.h tests/tsan.suppressions tests/whole_broker.h

# What several threads work on, for a build with --enable-sanitizers=thread: no more is built than
# these programs and what they link.
thread_tests = \
	tests/unit/test_consumer_mock \
	tests/unit/test_consumer_stub \
	tests/unit/test_http_abuse \
	tests/unit/test_http_server \
	tests/unit/test_http_tls \
	tests/unit/test_http_wire
check-threads: $(thread_tests)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS check_PROGRAMS='$(thread_tests)' TESTS='$(thread_tests)'
.PHONY: check-threads
