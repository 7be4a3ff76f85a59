/* Wall and monotonic time, the test clock, RFC 3339; see clock.h. */
#include "core/base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"

#ifdef MLW_TEST_HOOKS
struct test_clock {
    int64_t wall_offset_ms;
    uint64_t boot_tag;
    double scale;
    uint64_t tick;
};
_Static_assert(sizeof(struct test_clock) == 32, "shared with tests by mapping");

static pthread_once_t test_clock_once = PTHREAD_ONCE_INIT;
static const struct test_clock *test_clock_mapped;

static void map_test_clock(void)
{
    const char *path = getenv("MLW_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *p = mmap(NULL, sizeof *test_clock_mapped, PROT_READ, MAP_SHARED, fd, 0);
        test_clock_mapped = p == MAP_FAILED ? NULL : p;
        close(fd);
    }
}

static const struct test_clock *test_clock(void)
{
    pthread_once(&test_clock_once, map_test_clock);
    return test_clock_mapped;
}

static int64_t scaled(int64_t ms)
{
    const struct test_clock *c = test_clock();
    return c && c->scale > 0 ? (int64_t)((double)ms * c->scale) : ms;
}

static int64_t wall_offset_ms(void)
{
    return test_clock() ? test_clock()->wall_offset_ms : 0;
}
#else
static int64_t scaled(int64_t ms)
{
    return ms;
}

static int64_t wall_offset_ms(void)
{
    return 0;
}
#endif

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000 + wall_offset_ms();
}

int64_t clock_mono_ms(void)
{
    return scaled(read_us(CLOCK_BOOTTIME) / 1000);
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_BOOTTIME);
}

int64_t clock_real_wait_ms(int64_t delay_ms)
{
    int64_t scale_1000 = scaled(1000);
    return delay_ms * 1000 / (scale_1000 > 0 ? scale_1000 : 1000);
}

static pthread_once_t boot_id_once = PTHREAD_ONCE_INIT;
static char boot_id[64];

static void read_boot_id(void)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, boot_id, 36) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (n != 36) {
        snprintf(boot_id, sizeof boot_id, "unknown");
    }
#ifdef MLW_TEST_HOOKS
    if (test_clock() && test_clock()->boot_tag) {
        snprintf(boot_id, sizeof boot_id, "test-%llu", (unsigned long long)test_clock()->boot_tag);
    }
#endif
}

const char *clock_boot_id(void)
{
    pthread_once(&boot_id_once, read_boot_id);
    return boot_id;
}

void clock_rfc3339(struct str *out, int64_t wall_ms)
{
    int64_t s = wall_ms / 1000, ms = wall_ms % 1000;
    if (ms < 0) {
        s--;
        ms += 1000;
    }
    struct tm tm;
    time_t t = (time_t)s;
    gmtime_r(&t, &tm);
    if (tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) {
        str_addf(out, "%04d-", tm.tm_year + 1900);
    } else {
        fmt_padded(out, (uint64_t)tm.tm_year + 1900, 4);
        str_addc(out, '-');
    }
    const struct {
        int x;
        size_t width;
        char after;
    } parts[] = {{tm.tm_mon + 1, 2, '-'}, {tm.tm_mday, 2, 'T'}, {tm.tm_hour, 2, ':'},
                 {tm.tm_min, 2, ':'},     {tm.tm_sec, 2, '.'},  {(int)ms, 3, 'Z'}};
    for (size_t i = 0; i < ALEN(parts); i++) {
        fmt_padded(out, (uint64_t)parts[i].x, parts[i].width);
        str_addc(out, parts[i].after);
    }
}

void clock_rfc3339_us(struct str *out, int64_t wall_ms, int us)
{
    clock_rfc3339(out, wall_ms);
    if (us) {
        str_truncate(out, out->n - 1);
        str_addf(out, "%03dZ", us);
    }
}

static bool digits(struct sv *v, size_t n, int *ret)
{
    if (v->n < n) {
        return false;
    }
    int x = 0;
    for (size_t i = 0; i < n; i++) {
        if (v->p[i] < '0' || v->p[i] > '9') {
            return false;
        }
        x = x * 10 + (v->p[i] - '0');
    }
    *v = (struct sv){v->p + n, v->n - n};
    *ret = x;
    return true;
}

static bool eat(struct sv *v, char c)
{
    if (!v->n || v->p[0] != c) {
        return false;
    }
    *v = (struct sv){v->p + 1, v->n - 1};
    return true;
}

static bool parse_zone(struct sv *v, int *ret_minutes)
{
    *ret_minutes = 0;
    if (!v->n || eat(v, 'Z')) {
        return v->n == 0;
    }
    int sign = v->p[0] == '-' ? -1 : 1, h, m;
    if (!(eat(v, '+') || eat(v, '-')) || !digits(v, 2, &h) || !eat(v, ':') || !digits(v, 2, &m)) {
        return false;
    }
    *ret_minutes = sign * (h * 60 + m);
    return v->n == 0 && h < 24 && m < 60;
}

static bool parse_time(struct sv *v, struct tm *tm, int *ret_ms)
{
    if (!digits(v, 2, &tm->tm_hour) || !eat(v, ':') || !digits(v, 2, &tm->tm_min)) {
        return false;
    }
    if (eat(v, ':') && !digits(v, 2, &tm->tm_sec)) {
        return false;
    }
    if (eat(v, '.')) {
        int scale = 100, n = 0;
        for (int d; digits(v, 1, &d); scale /= 10, n++) {
            *ret_ms += d * scale;
        }
        if (!n) {
            return false;
        }
    }
    return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

bool clock_parse(struct sv text, int64_t *ret_wall_ms)
{
    struct tm tm = {0};
    int ms = 0, zone = 0;
    if (!digits(&text, 4, &tm.tm_year) || !eat(&text, '-') || !digits(&text, 2, &tm.tm_mon) ||
        !eat(&text, '-') || !digits(&text, 2, &tm.tm_mday) || tm.tm_mon < 1 || tm.tm_mon > 12 ||
        tm.tm_mday < 1 || tm.tm_mday > days_in_month(tm.tm_year, tm.tm_mon)) {
        return false;
    }
    if ((eat(&text, 'T') || eat(&text, ' ')) && !parse_time(&text, &tm, &ms)) {
        return false;
    }
    if (!parse_zone(&text, &zone)) {
        return false;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *ret_wall_ms = ((int64_t)timegm(&tm) - (int64_t)zone * 60) * 1000 + ms;
    return true;
}

bool clock_is_same_day(int64_t wall_ms, int64_t other_ms)
{
    time_t t = (time_t)(wall_ms / 1000), o = (time_t)(other_ms / 1000);
    struct tm tm, other;
    localtime_r(&t, &tm);
    localtime_r(&o, &other);
    return tm.tm_year == other.tm_year && tm.tm_yday == other.tm_yday;
}

void clock_local_s(struct str *out, int64_t wall_ms, bool has_day)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    if (has_day) {
        str_addf(out, "%s %02d ", months[tm.tm_mon], tm.tm_mday);
    }
    str_addf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void clock_local(struct str *out, int64_t wall_ms, int64_t now_ms)
{
    clock_local_s(out, wall_ms, !clock_is_same_day(wall_ms, now_ms));
    str_truncate(out, out->n - 3); /* without its seconds */
}
