/* images: an ImageUri of a document → how it runs here. Pure; the table is the caller's. */
#ifndef MLW_JOB_IMAGES_H
#define MLW_JOB_IMAGES_H

#include <stddef.h>

#include "core/base/err.h"

enum image_kind {
    IMAGE_HOST,    /* the host's own programs */
    IMAGE_ROOTFS,  /* an unpacked image as the root folder; needs bubblewrap */
    IMAGE_COMMAND, /* the words of `value` before the job's own */
    IMAGE_KIND_COUNT
};
struct image_rule {
    const char *pattern; /* glob over the whole uri: * ? [..] */
    enum image_kind kind;
    const char *value; /* folder, or command words separated by spaces; NULL for host */
};
/* One value of `[images]`: "host", "rootfs DIR", "command PREFIX". Borrows from `text`. */
MUST_USE bool image_rule_parse(const char *pattern, const char *text, struct image_rule *ret_rule,
                               struct err *e);
/* The first rule that fits; without one (or without a uri): the host. Never NULL. */
const struct image_rule *images_resolve(const struct image_rule *rules, size_t n, const char *uri);

#endif
