/* bench/reference.h - the reference implementation of Pact as a library of C functions, loaded from
 * the package of tests/interop: the part that consumer tests use. */
#ifndef TALLY_BENCH_REFERENCE_H
#define TALLY_BENCH_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REFERENCE_V3 4
#define REFERENCE_V4 5

enum { REFERENCE_REQUEST = 0, REFERENCE_RESPONSE = 1 };

/* They are passed by value, as its functions take them. */
struct reference_pact {
	uint16_t number;
};

struct reference_interaction {
	uint32_t number;
};

struct reference {
	void *library;
	struct reference_pact (*new_pact)(const char *consumer, const char *provider);
	bool (*with_specification)(struct reference_pact, int spec);
	struct reference_interaction (*new_interaction)(struct reference_pact,
							const char *description);
	bool (*given)(struct reference_interaction, const char *state);
	bool (*with_request)(struct reference_interaction, const char *method, const char *path);
	bool (*with_header)(struct reference_interaction, int part, const char *name, size_t index,
			    const char *value);
	bool (*with_body)(struct reference_interaction, int part, const char *type,
			  const char *body);
	bool (*response_status)(struct reference_interaction, unsigned short status);
	/* The port, or a negative number. */
	int32_t (*start)(struct reference_pact, const char *host, uint16_t port,
			 const char *transport, const char *settings);
	bool (*matched)(int32_t port);
	/* 0 when it was written. */
	int32_t (*write)(struct reference_pact, const char *folder, bool overwrite);
	bool (*stop)(int32_t port);
	unsigned (*free_pact)(struct reference_pact);
};

/* 0, or -1 when it cannot be loaded, which is said on standard error. */
int reference_load(struct reference *out, const char *path);

/* Adds a request with a JSON body (NULL: none) and its answer with one. */
void reference_add(const struct reference *reference, struct reference_pact pact,
		   const char *description, const char *method, const char *path,
		   const char *request_body, const char *response_body);

#endif
