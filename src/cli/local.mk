bin_PROGRAMS += tally
tally_SOURCES = %D%/main.c
tally_LDADD = libtally.la $(CJSON_LIBS)
