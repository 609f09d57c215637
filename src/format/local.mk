libtallyall_la_SOURCES += %D%/mime.c %D%/mime.h
libtallyall_la_SOURCES += %D%/uri.c %D%/uri.h
