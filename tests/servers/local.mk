# What tests of the command line need besides the program: servers of git, and a writer of brokers.
check_PROGRAMS += %D%/writer
tests_servers_writer_SOURCES = %D%/writer.c
tests_servers_writer_LDADD = libtallyall.la $(CJSON_LIBS) $(PCRE2_LIBS)
EXTRA_DIST += %D%/broker.sh %D%/servers.sh
