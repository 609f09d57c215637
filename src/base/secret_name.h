/* base/secret_name.h - which names are those of secrets: headers, cookies, parameters, members of
 * documents.  The one table of them in Tally. */
#ifndef TALLY_BASE_SECRET_NAME_H
#define TALLY_BASE_SECRET_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum secret_kind { SECRET_NONE, SECRET_TOKEN, SECRET_PASSWORD };

/* What the words of a name promise ("apiKey", "access_token", "X-Auth-Key"); SECRET_NONE for
 * "nextPageToken", which opens nothing.  For advice, which had better be right. */
enum secret_kind tally__secret_name_kind(const char *name);

/* Bytes of a name that are looked at: longer ones count by their end. */
#define SECRET_NAME_BYTES 128

/* A name as names are compared: small letters and digits, without what stands between words.  Its
 * length. */
size_t tally__secret_name_squeeze(char out[SECRET_NAME_BYTES], const char *name, size_t len);

enum secret_reach {
	SECRET_REACH_NONE,
	SECRET_REACH_VALUE, /* a text or number of this name */
	SECRET_REACH_ALL    /* whatever has this name, with all that is inside */
};

/* What is not to be shown of a value with this name, for reports, which had better say too little:
 * the words may stand anywhere in the name. */
enum secret_reach tally__secret_name_reach(const char *name, size_t len);

#endif
