#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "broker/git_broker.h"

int tally__uuid_random(char text[UUID_TEXT_BYTES], struct tally_error *error)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];
	size_t at = 0;

	if (getentropy(bytes, sizeof bytes) != 0)
		return tally__fail_errno(error, TALLY_EIO, NULL, errno,
					 "cannot get random bytes from the system");
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[at++] = '-';
		text[at++] = digits[bytes[i] >> 4];
		text[at++] = digits[bytes[i] & 0x0f];
	}
	text[at] = '\0';
	return 0;
}
