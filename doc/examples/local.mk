# Programs that are built as their readers would build them: with what is installed, and no config.h.
example_programs = %D%/consumer_test %D%/kinds %D%/provider
check_PROGRAMS += $(example_programs)
doc_examples_consumer_test_LDADD = $(CURL_LIBS) $(CJSON_LIBS)
doc_examples_kinds_LDADD = libtally.la $(CJSON_LIBS)
doc_examples_provider_LDADD = $(MHD_LIBS) $(CJSON_LIBS)
# match.c and consumer.c are built by tests/api, with nothing but what `make install` leaves.
examplesdir = $(docdir)/examples
dist_examples_DATA = %D%/consumer.c %D%/consumer_test.c %D%/demo.sh %D%/kinds.c %D%/match.c %D%/provider.c
EXTRA_DIST += contracts/examples/orders.json

examples: all $(example_programs)
.PHONY: examples
