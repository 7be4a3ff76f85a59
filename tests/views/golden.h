/* Golden text: what a view drew, compared with tests/views/golden/NAME.txt.
 *
 * Run from the root of the tree. UPDATE_GOLDENS=1 (make goldens) writes the file instead, for a
 * person to read before the commit. GOLDEN_DIR names another folder. Nothing is owned. */
#ifndef MLW_TESTS_VIEWS_GOLDEN_H
#define MLW_TESTS_VIEWS_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>

/* False when text is not what the file holds, or there is no file: the difference, and what to do,
 * are on stderr. O(size). */
bool golden_matches(const char *name, const char *text, size_t n);

/* For a cmocka test; text ends with NUL. */
#define golden_assert(name, text) assert_true(golden_matches(name, text, strlen(text)))

#endif
