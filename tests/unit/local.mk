# One program a file: tests/unit/test_<folder>_<file>.c.
unit_libs = libtallyall.la $(CMOCKA_LIBS) $(CJSON_LIBS) $(PCRE2_LIBS)
unit_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
