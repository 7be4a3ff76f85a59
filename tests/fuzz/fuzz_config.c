/* Any bytes as mlw.conf: read or refused with a reason; what was read answers. */
#include <stddef.h>
#include <stdint.h>

#include "core/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c;
    struct err e = ERR_INIT;
    config_init(&c);
    if (!config_read(&c, (struct sv){(const char *)data, size}, "fuzz", &e)) {
        xassert(e.code != ERR_NONE && e.msg[0]);
    }
    const struct config_image *image = config_image_for(&c, "123.dkr.ecr.eu/x:1.0-cpu");
    xassert(!image || (image->kind == CONFIG_IMAGE_HOST) == (image->word_count == 0) ||
            image->kind == CONFIG_IMAGE_COMMAND);
    config_release(&c);
    return 0;
}
