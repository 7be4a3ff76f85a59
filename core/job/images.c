/* The image table; see images.h. */
#include "core/job/images.h"

#include <fnmatch.h>

#include "core/base/mem.h"
#include "core/base/str.h"

bool image_rule_parse(const char *pattern, const char *text, struct image_rule *ret_rule,
                      struct err *e)
{
    static const struct {
        const char *word;
        enum image_kind kind;
    } kinds[] = {{"host", IMAGE_HOST}, {"rootfs", IMAGE_ROOTFS}, {"command", IMAGE_COMMAND}};
    _Static_assert(ALEN(kinds) == IMAGE_KIND_COUNT, "a word each");
    size_t word_bytes = strcspn(text, " \t");
    const char *value = text + word_bytes + strspn(text + word_bytes, " \t");
    for (size_t i = 0; i < ALEN(kinds); i++) {
        if (!sv_eqz((struct sv){text, word_bytes}, kinds[i].word)) {
            continue;
        }
        bool is_host = kinds[i].kind == IMAGE_HOST;
        if (is_host != !value[0]) {
            return err_set(e, ERR_INVALID, "image %s: %s takes %s", pattern, kinds[i].word,
                           is_host ? "nothing after it" : "a value after it");
        }
        if (kinds[i].kind == IMAGE_ROOTFS && value[0] != '/') {
            return err_set(e, ERR_INVALID, "image %s: the folder %s is not an absolute path",
                           pattern, value);
        }
        *ret_rule = (struct image_rule){pattern, kinds[i].kind, is_host ? NULL : value};
        return true;
    }
    return err_set(e, ERR_INVALID,
                   "image %s: \"%s\" is not one of: host, rootfs DIR, command PREFIX", pattern,
                   text);
}

const struct image_rule *images_resolve(const struct image_rule *rules, size_t n, const char *uri)
{
    static const struct image_rule host = {.pattern = "*", .kind = IMAGE_HOST};
    for (size_t i = 0; uri && i < n; i++) {
        if (fnmatch(rules[i].pattern, uri, 0) == 0) {
            return &rules[i];
        }
    }
    return &host;
}
