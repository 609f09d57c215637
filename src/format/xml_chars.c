#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "format/xml_chars.h"

struct range {
	uint32_t first;
	uint32_t last;
};

/* NameStartChar of XML 1.0 without the colon, which namespaces take for themselves. */
static const struct range starts[] = {
	{'A', 'Z'},       {'_', '_'},       {'a', 'z'},       {0xC0, 0xD6},     {0xD8, 0xF6},
	{0xF8, 0x2FF},    {0x370, 0x37D},   {0x37F, 0x1FFF},  {0x200C, 0x200D}, {0x2070, 0x218F},
	{0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
};

/* What NameChar has beyond these. */
static const struct range others[] = {
	{'-', '.'}, {'0', '9'}, {0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040},
};

static bool is_in(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last) {
			return true;
		}
	}
	return false;
}

static bool is_start(uint32_t c)
{
	return is_in(c, starts, sizeof starts / sizeof *starts);
}

bool tally__xml_is_name_part(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t bytes = tally__utf8_char_len(text + i, len - i);
		uint32_t c = bytes > 0 ? tally__utf8_code_point(text + i, bytes) : 0;

		if (!is_start(c) && (i == 0 || !is_in(c, others, sizeof others / sizeof *others))) {
			return false;
		}
		i += bytes;
	}
	return len > 0;
}

bool tally__xml_is_name(const char *text)
{
	return tally__xml_is_name_part(text, strlen(text));
}

size_t tally__xml_valid_len(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t bytes = tally__utf8_char_len(text + at, len - at);
		uint32_t c = bytes > 0 ? tally__utf8_code_point(text + at, bytes) : 0;

		if ((c < 0x20 && !tally__xml_is_blank((char)c)) || c == 0xFFFE || c == 0xFFFF) {
			break;
		}
		at += bytes;
	}
	return at;
}
