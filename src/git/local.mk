libtallyall_la_SOURCES +=
