/* os: files and processes with errors as values, and the counted points of durable effects.
 *
 * Files that mlw makes are 0600 in folders 0700. Descriptors are close-on-exec. Paths in
 * messages are the caller's. Any thread. */
#ifndef MLW_BASE_OS_H
#define MLW_BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/str.h"

/* A durable effect is about to happen: commit, fsync, rename, fork, exec. In builds with
 * MLW_TEST_HOOKS, MLW_FAULT=PROC:N (PROC as named by os_fault_process) ends this process by
 * SIGKILL before its N-th point. MLW_FAULT_COUNT=FILE appends "PROC POINT\n" for each, also for
 * the one that kills, and then it is the one process that adds PROC's N-th line to that file, or
 * with all:N the N-th line of any, which is ended. PROC:N:stop stops it (SIGSTOP) instead; a comma
 * stands between several. */
#ifdef MLW_TEST_HOOKS
void os_fault_process(const char *name);
void os_fault_point(const char *point);
#else
static inline void os_fault_process(const char *name)
{
    (void)name;
}
static inline void os_fault_point(const char *point)
{
    (void)point;
}
#endif

/* Descriptors 0, 1 and 2 that whoever started us left closed become /dev/null: else the next file
 * opened would take the number, and output would be written into it. What is written to a closed
 * standard output is an error all the same (EBADF). For the beginning of main. */
void os_standard_fds(void);
bool os_exists(const char *path);
bool os_is_dir(const char *path);
/* Read all of a regular file; ERR_LIMIT beyond max_bytes, before memory is taken for it. */
MUST_USE bool os_read_file(const char *path, size_t max_bytes, struct str *out, struct err *e);
/* Written beside the target, fsync, rename, fsync of the folder: whole or not at all. */
MUST_USE bool os_write_file(const char *path, struct sv bytes, struct err *e);
MUST_USE bool os_write_all(int fd, struct sv bytes, const char *path, struct err *e);
MUST_USE bool os_fsync_dir(const char *path, struct err *e);
MUST_USE bool os_rename(const char *from, const char *to,
                        struct err *e);                   /* with both dirs' fsync */
MUST_USE bool os_mkdirs(const char *path, struct err *e); /* mkdir -p, 0700 */
/* Remove a file or a whole tree; links are removed, not followed; an absent path is success. */
MUST_USE bool os_remove_tree(const char *path, struct err *e);
/* Copy a regular file's bytes (reflink or copy_file_range where possible) and its x bit. */
MUST_USE bool os_copy_file(const char *from, const char *to, struct err *e);
/* Names in a folder, sorted by byte order, without "." and ".."; caller releases with
 * os_names_release. */
struct os_names {
    char **at;
    size_t n;
};
MUST_USE bool os_list(const char *path, struct os_names *ret_names, struct err *e);
void os_names_release(struct os_names *names);

/* $HOME; caller frees; NULL when it is not an absolute path. */
char *os_home_dir(void);
/* The link /proc/self/exe, resolved once; static storage; "" when it cannot be read. */
const char *os_self_exe(void);
/* Absolute form without links; NULL with an error when it does not exist. Caller frees. */
char *os_real_path(const char *path, struct err *e);
/* n random characters of [a-z0-9], or of [A-Za-z0-9] when `mixed_case`. */
void os_random_id(char *out, size_t n, bool mixed_case); /* writes n + 1 bytes */
/* Start time of a process in clock ticks after boot (/proc/PID/stat field 22); 0 when gone. */
uint64_t os_process_start(pid_t pid);
/* Is so little free where `path` lies (less than 64 KiB) that nothing can be written any more? */
bool os_disk_is_full(const char *path);
/* NFS, Lustre, SMB and the like, by statfs magic: where flock and WAL are not trusted. */
bool os_is_network_fs(const char *path);

#endif
