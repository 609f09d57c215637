libtallyall_la_SOURCES += \
	%D%/arena.c %D%/arena.h \
	%D%/buf.c %D%/buf.h \
	%D%/child.c %D%/child.h \
	%D%/child_start.c %D%/child_start.h \
	%D%/dir.c \
	%D%/error.c %D%/error.h \
	%D%/file.c %D%/file.h \
	%D%/file_lock.c \
	%D%/file_turns.c \
	%D%/file_replace.c \
	%D%/hash.c \
	%D%/library.c %D%/library.h \
	%D%/letters.h \
	%D%/limits.h \
	%D%/near.c %D%/near.h \
	%D%/map.c %D%/map.h \
	%D%/mem.c %D%/mem.h \
	%D%/random.c %D%/random.h \
	%D%/secret_name.c %D%/secret_name.h \
	%D%/supervisor.c %D%/supervisor.h \
	%D%/supervisor_process.c %D%/supervisor_process.h \
	%D%/text.c %D%/text.h \
	%D%/thread.c %D%/thread.h \
	%D%/time.c %D%/time.h
