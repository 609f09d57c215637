libtallyall_la_SOURCES += \
	%D%/accept.c %D%/accept.h \
	%D%/advertisement.c %D%/advertisement.h \
	%D%/at.c \
	%D%/branch.c %D%/branch.h \
	%D%/cache.c %D%/cache.h \
	%D%/carrier.h \
	%D%/change.h \
	%D%/check.c %D%/check.h %D%/check_files.c \
	%D%/commit.c %D%/commit.h \
	%D%/edits.c %D%/edits.h \
	%D%/fetch.c %D%/fetch.h \
	%D%/files.c %D%/files.h \
	%D%/group.c %D%/group.h \
	%D%/join.c %D%/join.h \
	%D%/lines.c %D%/lines.h \
	%D%/log.c \
	%D%/names.c \
	%D%/objects.c %D%/objects.h \
	%D%/open.h \
	%D%/pack.c %D%/pack.h \
	%D%/packing.c %D%/packing.h \
	%D%/paths.c %D%/paths.h \
	%D%/push.c %D%/push.h \
	%D%/remote.c %D%/remote.h \
	%D%/repack.c %D%/repack.h \
	%D%/repository.c %D%/repository.h \
	%D%/rolled.c %D%/rolled.h \
	%D%/rollup.c %D%/rollup.h \
	%D%/scan.c %D%/scan.h \
	%D%/sideband.c %D%/sideband.h \
	%D%/snapshot.c \
	%D%/ssh.c \
	%D%/staging.c %D%/staging.h \
	%D%/store.c %D%/store.h \
	%D%/transaction.c \
	%D%/tree.c \
	%D%/url.c %D%/url.h
