# Programs that are built as their readers would build them: with what is installed, and no config.h.
example_programs = %D%/consumer_test %D%/provider %D%/match
check_PROGRAMS += $(example_programs)
doc_examples_consumer_test_LDADD = $(CURL_LIBS) $(CJSON_LIBS)
doc_examples_provider_LDADD = $(MHD_LIBS) $(CJSON_LIBS)
doc_examples_match_LDADD = libtally.la $(CJSON_LIBS)
EXTRA_DIST += %D%/demo.sh contracts/examples/orders.json

examples: all $(example_programs)
.PHONY: examples
