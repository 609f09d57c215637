libtallyall_la_SOURCES += \
	%D%/certificate.c %D%/certificate.h \
	%D%/client.c %D%/client.h \
	%D%/curl_api.c %D%/curl_api.h \
	%D%/exchange.c %D%/exchange.h \
	%D%/gnutls_api.c %D%/gnutls_api.h \
	%D%/http.c %D%/http.h \
	%D%/listen.c %D%/listen.h \
	%D%/mhd_api.c %D%/mhd_api.h \
	%D%/server.c %D%/server.h \
	%D%/server_connections.c %D%/server_connections.h
