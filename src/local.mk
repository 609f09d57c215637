# All objects go into a convenience library, which the unit tests link; libtally is the same with
# only the reviewed symbols visible (%D%/libtally.map).
noinst_LTLIBRARIES += libtallyall.la
libtallyall_la_SOURCES = %D%/version.c
libtallyall_la_LIBADD = $(CJSON_LIBS) $(PCRE2_LIBS)

# What the instrumentation of fuzzing calls is in the programs that libFuzzer is linked to.
if FUZZING
libtally_undefined =
else
libtally_undefined = -Wl,--no-undefined
endif

lib_LTLIBRARIES += libtally.la
libtally_la_SOURCES =
libtally_la_LIBADD = libtallyall.la
# current:revision:age, as the libtool manual has it.  Before each release: code changed, revision+1;
# functions added, current+1, revision=0, age+1; functions removed or changed, current+1,
# revision=0, age=0.
libtally_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-Wl,--version-script=$(srcdir)/%D%/libtally.map $(libtally_undefined)
libtally_la_DEPENDENCIES = libtallyall.la %D%/libtally.map
EXTRA_DIST += %D%/libtally.map
