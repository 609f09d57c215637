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
	LC_ALL=C.UTF-8; export LC_ALL; TZ=UTC; export TZ;
EXTRA_DIST += tests/same_tree.h
