/* scratch.h - memory that lives as long as one run of a command.
 *
 * The program, unlike the library, gives up when memory is out: it says so and leaves with 4.
 */
#ifndef TALLY_CLI_SCRATCH_H
#define TALLY_CLI_SCRATCH_H

#include <stdarg.h>
#include <stddef.h>

struct scratch_block;

/* All zero is an empty one. */
struct scratch {
	struct scratch_block *blocks;
};

/* `count` zeroed items of `size` bytes. */
void *scratch_array(struct scratch *scratch, size_t count, size_t size);
char *scratch_copy(struct scratch *scratch, const char *text, size_t len);
__attribute__((format(printf, 2, 3))) char *scratch_format(struct scratch *scratch,
							   const char *format, ...);
__attribute__((format(printf, 2, 0))) char *scratch_vformat(struct scratch *scratch,
							    const char *format, va_list arguments);
void scratch_release(struct scratch *scratch);

#endif
