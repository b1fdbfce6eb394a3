/* harvest_settings.c - the settings of a source from the command line. */
#include <string.h>

#include "base/number.h"
#include "harvest/harvest_priv.h"
#include "room/cli.h"

enum setting_kind { SET_TEXT, SET_NUMBER, SET_DURATION };

/* One row an option that is kept with a source; add takes the default where it is not given. */
static const struct setting {
    const char *option;
    enum setting_kind kind;
    size_t place;
    int64_t min, max, otherwise;
    const char *text; /* default of a text */
} SETTINGS[] = {
#define PLACE(member) offsetof(struct source, member)
    {"prefix", SET_TEXT, PLACE(prefix), 1, 200, 0, "oai_dc"},
    {"set", SET_TEXT, PLACE(set_spec), 0, 500, 0, ""},
    {"mapping", SET_TEXT, PLACE(mapping), 0, 500, 0, ""},
    {"every", SET_DURATION, PLACE(every_s), 0, 366 * 86400, 86400, NULL},
    {"overlap", SET_DURATION, PLACE(overlap_s), 0, 366 * 86400, 86400, NULL},
    {"reconcile", SET_DURATION, PLACE(reconcile_s), 0, 3660 * 86400LL, 7 * 86400, NULL},
    {"guard", SET_NUMBER, PLACE(guard_percent), 0, 100, 20, NULL},
    {"pause", SET_NUMBER, PLACE(pause_ms), 0, 600000, 200, NULL},
    {"timeout", SET_DURATION, PLACE(timeout_s), 1, 3600, 300, NULL},
    {"page-size", SET_NUMBER, PLACE(page_mib), 1, (int64_t)(XT_OAI_PAGE_MAX / XT_MIB), 64, NULL},
    {"retries", SET_NUMBER, PLACE(retries), 0, 20, 5, NULL},
    {"retry-after", SET_NUMBER, PLACE(retry_ms), 1, 600000, 2000, NULL},
    {"allow", SET_TEXT, PLACE(allow), 0, 1000, 0, ""},
    {"ca", SET_TEXT, PLACE(ca), 0, 1000, 0, ""},
    {"pin", SET_TEXT, PLACE(pin), 0, 1000, 0, ""},
#undef PLACE
};

/* "90s", "15m", "6h", "2d", or seconds. */
static bool read_duration(const char *text, int64_t *out)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    struct xt_str number = xt_str(text);
    int64_t factor = 1;
    size_t i;

    for (i = 0; i < XT_COUNT(units) && number.n > 0; i++) {
        if (number.s[number.n - 1] == units[i].unit) {
            factor = units[i].seconds;
            number.n--;
            break;
        }
    }
    if (!xt_int_parse(number, out) || *out < 0 || *out > INT64_MAX / 86400)
        return false;
    *out *= factor;
    return true;
}

static enum xt_code read_setting(const struct setting *s, const char *value, struct source *source,
                                 struct xt_error *err)
{
    char *place = (char *)source + s->place;
    int64_t number;

    if (s->kind == SET_TEXT) {
        int64_t n = (int64_t)strlen(value);

        if (n > s->max)
            return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_TOO_LONG, XT_INT(s->max), XT_INT(n));
        if (n < s->min)
            return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_REQUIRED);
        *(const char **)(void *)place = value;
        return XT_OK;
    }
    if (s->kind == SET_DURATION && !read_duration(value, &number))
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_HARVEST_DURATION, XT_TEXT(value));
    if (s->kind == SET_NUMBER && !xt_int_parse(xt_str(value), &number))
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_NOT_INTEGER, XT_TEXT(value));
    if (number < s->min)
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_TOO_SMALL, XT_INT(s->min), XT_INT(number));
    if (number > s->max)
        return xt_fail(err, XT_E_INPUT, s->option, XT_MSG_TOO_BIG, XT_INT(s->max), XT_INT(number));
    *(int64_t *)(void *)place = number;
    return XT_OK;
}

/* FILE:LINE:COLUMN: MEMBER: SENTENCE, as xietong mapping check says them. */
static void say_problems(const char *name, const struct xt_problems *problems, enum xt_lang lang)
{
    size_t i;

    for (i = 0; i < problems->count; i++) {
        const struct xt_problem *problem = &problems->list[i];
        XT_AUTO(xt_text_done) struct xt_text line = {0};

        xt_text_init(&line, 4 * XT_KIB);
        xt_problem_say(problem, lang, &line);
        (void)fprintf(stderr, "%s:%lld:%lld: %s: %s\n", name, (long long)problem->line, (long long)problem->column,
                      problem->path ? problem->path : "", line.s);
    }
}

static enum xt_code check_rest(const struct xt_cli *cli, const struct source *source, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(mapper_free) struct mapper *mapper = NULL;
    struct xt_str bad;
    enum xt_code rc;

    xt_problems_init(&problems);
    if (!xt_fetch_allow_valid(xt_str(source->allow), &bad))
        return xt_fail(err, XT_E_INPUT, "allow", XT_MSG_HARVEST_ALLOW, XT_VIEW(bad));
    if (*source->pin && strncmp(source->pin, "sha256//", 8) != 0)
        return xt_fail(err, XT_E_INPUT, "pin", XT_MSG_HARVEST_PIN, XT_TEXT(source->pin));
    rc = mapper_new(cli->node, source, &mapper, &problems, err); /* its mapping can be read */
    if (rc != XT_OK)
        say_problems(*source->mapping ? source->mapping : source->prefix, &problems, cli->lang);
    return rc;
}

/* Options that were given, into source; with `all` also the defaults of those that were not. */
enum xt_code harvest_read_settings(struct xt_cli *cli, struct source *source, bool all, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    size_t i;

    for (i = 0; i < XT_COUNT(SETTINGS) && rc == XT_OK; i++) {
        const char *value = xt_cli_option(cli, SETTINGS[i].option);

        if (value)
            rc = read_setting(&SETTINGS[i], value, source, err);
        else if (all && SETTINGS[i].kind == SET_TEXT)
            *(const char **)(void *)((char *)source + SETTINGS[i].place) = SETTINGS[i].text;
        else if (all)
            *(int64_t *)(void *)((char *)source + SETTINGS[i].place) = SETTINGS[i].otherwise;
    }
    return rc == XT_OK ? check_rest(cli, source, err) : rc;
}
