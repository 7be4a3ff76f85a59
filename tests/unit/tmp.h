/* tmp: a folder of a test's own, below $TMPDIR or /tmp. */
#ifndef MLW_TESTS_UNIT_TMP_H
#define MLW_TESTS_UNIT_TMP_H

#include "core/base/str.h"

char *tmp_new(void);        /* makes one; ends the test on failure */
void tmp_free(char **path); /* removes it with all it holds; for CLEANUP */

/* A file below the folder, its folders made; ends the test on failure. */
void tmp_file(const char *tmp, const char *rel, struct sv bytes);
void tmp_read(const char *tmp, const char *rel, struct str *ret_bytes);

#endif
