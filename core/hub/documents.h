/* documents: one thing's whole document, as `mlw show KIND ID -o json` prints it: the backend's
 * own shape (Describe…, PascalCase) with what is ours under `Mlw`, or the kind's fields. Reads
 * the store and driver.lock; call from the store's thread. Ids may be unique prefixes of four
 * characters; ERR_NOT_FOUND, ERR_AMBIGUOUS with the candidates. */
#ifndef MLW_HUB_DOCUMENTS_H
#define MLW_HUB_DOCUMENTS_H

#include "core/base/json.h"
#include "core/model/kinds.h"
#include "core/store/store.h"

MUST_USE bool document_read(const struct workspace *ws, struct store *st, enum kind kind,
                            const char *id, struct json **ret_doc, struct err *e);
/* The kind's fields: of every kind that has no document of its own. */
MUST_USE bool document_row(struct store *st, enum kind kind, const char *id, struct json **ret_doc,
                           struct err *e);
/* doc_pipeline.c: the name of a pipeline, or the path of a definition with a "/" in it. */
MUST_USE bool document_pipeline(const struct workspace *ws, struct store *st, const char *id,
                                struct json **ret_doc, struct err *e);
/* doc_execution.c */
MUST_USE bool document_execution(const struct workspace *ws, struct store *st, const char *id,
                                 struct json **ret_doc, struct err *e);

/* NULL and "" make null; a time that is not positive makes null. */
void document_text(struct json *j, const char *key, const char *z);
void document_time(struct json *j, const char *key, int64_t ms);
void document_int(struct json *j, const char *key, int64_t x); /* -1 makes null */
/* JSON text as a value; what cannot be parsed is null. */
void document_json(struct json *j, const char *key, const char *text);

#endif
