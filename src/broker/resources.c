/* The public functions of tally/application.h and tally/webhook.h, for whichever kind of broker. */
#include "config.h"

#include "broker/resources.h"

const struct broker_resources tally__git_resources = {
	.application_create = tally__git_application_create,
	.application_update = tally__git_application_update,
	.application_list = tally__git_application_list,
	.application_show = tally__git_application_show,
	.application_delete = tally__git_application_delete,
	.label_list = tally__git_label_list,
	.label_add = tally__git_label_add,
	.label_remove = tally__git_label_remove,
	.version_note = tally__git_version_note,
	.version_list = tally__git_version_list,
	.version_show = tally__git_version_show,
	.version_delete = tally__git_version_delete,
	.branch_list = tally__git_branch_list,
	.branch_show = tally__git_branch_show,
	.branch_join = tally__git_branch_join,
	.branch_leave = tally__git_branch_leave,
	.branch_delete = tally__git_branch_delete,
	.tag_list = tally__git_tag_list,
	.tag_create = tally__git_tag_create,
	.tag_delete = tally__git_tag_delete,
	.webhook_create = tally__git_webhook_create,
	.webhook_update = tally__git_webhook_update,
	.webhook_list = tally__git_webhook_list,
	.webhook_show = tally__git_webhook_show,
	.webhook_delete = tally__git_webhook_delete,
};

/* NULL: this kind keeps none. */
static const struct broker_resources *resources_of(const struct tally_broker *broker,
						   const char *what, struct tally_error *error)
{
	if (broker->kind->resources == NULL)
		(void)tally__broker_unsupported(broker, what, error);
	return broker->kind->resources;
}

int tally_broker_application_create(struct tally_broker *broker,
				    const struct tally_application *application, cJSON **answer,
				    struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "make applications", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->application_create(broker, application, answer, error);
}

int tally_broker_application_update(struct tally_broker *broker,
				    const struct tally_application *application, cJSON **answer,
				    struct tally_error *error)
{
	const struct broker_resources *resources =
		resources_of(broker, "change applications", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->application_update(broker, application, answer, error);
}

int tally_broker_application_list(struct tally_broker *broker, const char *label,
				  const struct tally_page *page, cJSON **answer,
				  struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "list applications", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->application_list(broker, label, page, answer, error);
}

int tally_broker_application_show(struct tally_broker *broker, const char *name, cJSON **answer,
				  struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "show applications", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->application_show(broker, name, answer, error);
}

int tally_broker_application_delete(struct tally_broker *broker, const char *name,
				    const struct tally_deletion *deletion, cJSON **answer,
				    struct tally_error *error)
{
	const struct broker_resources *resources =
		resources_of(broker, "delete applications", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->application_delete(broker, name, deletion, answer, error);
}

int tally_broker_label_list(struct tally_broker *broker, const struct tally_page *page,
			    cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "list labels", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->label_list(broker, page, answer, error);
}

int tally_broker_label_add(struct tally_broker *broker, const char *application, const char *label,
			   cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "add labels", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->label_add(broker, application, label, answer, error);
}

int tally_broker_label_remove(struct tally_broker *broker, const char *application,
			      const char *label, cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "remove labels", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->label_remove(broker, application, label, answer, error);
}

int tally_broker_version_note(struct tally_broker *broker, const struct tally_version_note *note,
			      cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "make versions", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->version_note(broker, note, answer, error);
}

int tally_broker_version_list(struct tally_broker *broker, const struct tally_version_list *list,
			      cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "list versions", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->version_list(broker, list, answer, error);
}

int tally_broker_version_show(struct tally_broker *broker, const char *application,
			      const char *version, const char *branch, const char *tag,
			      cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "show versions", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->version_show(broker, application, version, branch,
							   tag, answer, error);
}

int tally_broker_version_delete(struct tally_broker *broker, const char *application,
				const char *version, const struct tally_deletion *deletion,
				cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "delete versions", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->version_delete(broker, application, version, deletion,
							     answer, error);
}

int tally_broker_branch_list(struct tally_broker *broker, const char *application,
			     const struct tally_page *page, cJSON **answer,
			     struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "list branches", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->branch_list(broker, application, page, answer, error);
}

int tally_broker_branch_show(struct tally_broker *broker, const char *application,
			     const char *branch, cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "show branches", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->branch_show(broker, application, branch, answer, error);
}

int tally_broker_branch_join(struct tally_broker *broker, const char *application,
			     const char *version, const char *branch, cJSON **answer,
			     struct tally_error *error)
{
	const struct broker_resources *resources =
		resources_of(broker, "put versions on branches", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->branch_join(broker, application, version, branch,
							  answer, error);
}

int tally_broker_branch_leave(struct tally_broker *broker, const char *application,
			      const char *version, const char *branch, cJSON **answer,
			      struct tally_error *error)
{
	const struct broker_resources *resources =
		resources_of(broker, "take versions off branches", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->branch_leave(broker, application, version, branch,
							   answer, error);
}

int tally_broker_branch_delete(struct tally_broker *broker, const char *application,
			       const char *branch, const struct tally_deletion *deletion,
			       cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "delete branches", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->branch_delete(broker, application, branch, deletion,
							    answer, error);
}

int tally_broker_tag_list(struct tally_broker *broker, const char *application,
			  const struct tally_page *page, cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "list tags", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->tag_list(broker, application, page, answer, error);
}

int tally_broker_tag_create(struct tally_broker *broker, const char *application,
			    const char *version, const char *tag, bool make_version, cJSON **answer,
			    struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "tag versions", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->tag_create(broker, application, version, tag,
							 make_version, answer, error);
}

int tally_broker_tag_delete(struct tally_broker *broker, const char *application,
			    const char *version, const char *tag, cJSON **answer,
			    struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "remove tags", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->tag_delete(broker, application, version, tag, answer, error);
}

int tally_broker_webhook_create(struct tally_broker *broker, const char *uuid,
				const cJSON *definition, cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "make webhooks", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->webhook_create(broker, uuid, definition, answer, error);
}

int tally_broker_webhook_update(struct tally_broker *broker, const char *uuid,
				const cJSON *definition, cJSON **answer, struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "change webhooks", error);

	return resources == NULL
		       ? TALLY_EUNSUPPORTED
		       : resources->webhook_update(broker, uuid, definition, answer, error);
}

int tally_broker_webhook_list(struct tally_broker *broker,
			      const struct tally_webhook_filter *filter, cJSON **answer,
			      struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "list webhooks", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->webhook_list(broker, filter, answer, error);
}

int tally_broker_webhook_show(struct tally_broker *broker, const char *uuid, cJSON **answer,
			      struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "show webhooks", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->webhook_show(broker, uuid, answer, error);
}

int tally_broker_webhook_delete(struct tally_broker *broker, const char *uuid, cJSON **answer,
				struct tally_error *error)
{
	const struct broker_resources *resources = resources_of(broker, "delete webhooks", error);

	return resources == NULL ? TALLY_EUNSUPPORTED
				 : resources->webhook_delete(broker, uuid, answer, error);
}
