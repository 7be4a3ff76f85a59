/* yaml: one document as a JSON tree, by libyaml.
 *
 * Scalars are texts as they stand, or (YAML_TYPED) what they mean in YAML's core schema where they
 * are plain: null, true and false, whole and other numbers (NaN and Inf stay texts); a plain
 * scalar that is empty, ~ or null is null either way. Keys are texts; of two that are the same the
 * later counts. Tags are not looked at; aliases, a second document, texts beyond YAML_MAX_BYTES,
 * more than YAML_MAX_NODES nodes and more than YAML_MAX_DEPTH levels are refused with the line.
 * Any thread. */
#ifndef MLW_BASE_YAML_H
#define MLW_BASE_YAML_H

#include "core/base/err.h"
#include "core/base/json.h"

enum { YAML_MAX_BYTES = 4 << 20, YAML_MAX_NODES = 20000, YAML_MAX_DEPTH = 64 };
enum yaml_scalars { YAML_TEXTS, YAML_TYPED };

/* `name` stands for the text in messages; an empty text is null. The caller frees the tree. */
MUST_USE bool yaml_parse(struct sv text, const char *name, enum yaml_scalars scalars,
                         struct json **ret_root, struct err *e);

#endif
