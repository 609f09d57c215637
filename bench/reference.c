#include "config.h"

#include <dlfcn.h>
#include <stdio.h>

#include "reference.h"

static int find(void *library, const char *name, void *out)
{
	void *found = dlsym(library, name);

	if (found == NULL) {
		fprintf(stderr, "the reference implementation has no %s\n", name);
		return -1;
	}
	*(void **)out = found;
	return 0;
}

int reference_load(struct reference *out, const char *path)
{
	const struct {
		const char *name;
		void *out;
	} symbols[] = {
		{"pactffi_new_pact", &out->new_pact},
		{"pactffi_with_specification", &out->with_specification},
		{"pactffi_new_interaction", &out->new_interaction},
		{"pactffi_given", &out->given},
		{"pactffi_with_request", &out->with_request},
		{"pactffi_with_header_v2", &out->with_header},
		{"pactffi_with_body", &out->with_body},
		{"pactffi_response_status", &out->response_status},
		{"pactffi_create_mock_server_for_transport", &out->start},
		{"pactffi_mock_server_matched", &out->matched},
		{"pactffi_pact_handle_write_file", &out->write},
		{"pactffi_cleanup_mock_server", &out->stop},
		{"pactffi_free_pact_handle", &out->free_pact},
	};

	out->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (out->library == NULL) {
		fprintf(stderr, "the reference implementation cannot be loaded: %s\n", dlerror());
		return -1;
	}
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		if (find(out->library, symbols[i].name, symbols[i].out) != 0)
			return -1;
	}
	return 0;
}

void reference_add(const struct reference *reference, struct reference_pact pact,
		   const char *description, const char *method, const char *path,
		   const char *request_body, const char *response_body)
{
	static const char type[] = "application/json";
	struct reference_interaction interaction = reference->new_interaction(pact, description);

	reference->with_request(interaction, method, path);
	if (request_body != NULL)
		reference->with_body(interaction, REFERENCE_REQUEST, type, request_body);
	reference->response_status(interaction, 200);
	reference->with_header(interaction, REFERENCE_RESPONSE, "Content-Type", 0, type);
	if (response_body != NULL)
		reference->with_body(interaction, REFERENCE_RESPONSE, type, response_body);
}
