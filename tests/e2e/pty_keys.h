/* What a terminal sends for a named key. Part of pty.c, which has the contract. */
#ifndef MLW_TESTS_E2E_PTY_KEYS_H
#define MLW_TESTS_E2E_PTY_KEYS_H

#include <stddef.h>

enum {
    PTY_KEY_NAME_MAX = 16,
    PTY_KEY_BYTES_MAX = 32,
};

/* The bytes of a key, and how many; 0 with *ret_key set: libvterm knows it by its modes; 0 with
 * *ret_key 0: there is no such key on this terminal. bytes has room for PTY_KEY_BYTES_MAX. */
size_t pty_key_bytes(const char *name, const char *term, char *bytes, int *ret_key);

#endif
