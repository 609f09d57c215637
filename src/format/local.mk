libtallyall_la_SOURCES += %D%/json.c %D%/json.h
libtallyall_la_SOURCES += %D%/json_gate.c %D%/json_gate.h
libtallyall_la_SOURCES += %D%/json_number.c %D%/json_number.h
libtallyall_la_SOURCES += %D%/json_write.c
libtallyall_la_SOURCES += %D%/mime.c %D%/mime.h
libtallyall_la_SOURCES += %D%/uri.c %D%/uri.h
libtallyall_la_SOURCES += %D%/libgit2.c %D%/libgit2.h
libtallyall_la_SOURCES += %D%/digest.c %D%/digest.h
