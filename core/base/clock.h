/* clock: the only place that asks what time it is and that waits.
 *
 * Wall time is milliseconds since 1970 (UTC); mono is milliseconds that count on while the
 * machine sleeps (CLOCK_BOOTTIME) and never step. The boot id tells one boot from the next.
 * Builds with MLW_TEST_HOOKS read MLW_CLOCK=FILE (32 mapped bytes: i64 wall offset ms, u64 boot
 * tag, f64 scale, u64 tick), shared by all processes of a test, so a test can jump the clock or
 * "reboot". Any thread. */
#ifndef MLW_BASE_CLOCK_H
#define MLW_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* Real milliseconds to wait for `delay_ms` of clock_mono_ms to pass: the same but in tests. */
int64_t clock_real_wait_ms(int64_t delay_ms);
/* The kernel's boot id as text (36 characters), or "unknown". Static storage. */
const char *clock_boot_id(void);

/* RFC 3339 in UTC with milliseconds: 2026-09-01T12:34:56.789Z (SageMaker's own precision). */
void clock_rfc3339(struct str *out, int64_t wall_ms);
/* The same to the microsecond: six digits where `us` (0 to 999) is not 0. */
void clock_rfc3339_us(struct str *out, int64_t wall_ms, int us);
/* The way back: date alone, or date and time with Z or ±hh:mm. false when it is not one. */
bool clock_parse(struct sv text, int64_t *ret_wall_ms);
/* Local time of day "14:02", with the date "Nov 16 14:02" when it is not today's. */
void clock_local(struct str *out, int64_t wall_ms, int64_t now_ms);
/* "14:02:11" or "Nov 24 14:02:11" */
void clock_local_s(struct str *out, int64_t wall_ms, bool has_day);
bool clock_is_same_day(int64_t wall_ms, int64_t other_ms); /* local */

#endif
