/* request.c - arguments of OAI-PMH. */
#include "oai/request.h"

#include <string.h>

#include "base/number.h"

#define BIT(argument) (1u << (argument))

/* What a verb takes: required and optional arguments, and whether a resumptionToken may stand in their place, alone. */
static const struct {
    const char *name;
    unsigned required, optional;
    bool resumes;
} verbs[OAI_VERBS] = {
    [OAI_NO_VERB] = {"", 0, 0, false},
    [OAI_IDENTIFY] = {"Identify", 0, 0, false},
    [OAI_LIST_METADATA_FORMATS] = {"ListMetadataFormats", 0, BIT(OAI_IDENTIFIER), false},
    [OAI_LIST_SETS] = {"ListSets", 0, 0, true},
    [OAI_GET_RECORD] = {"GetRecord", BIT(OAI_IDENTIFIER) | BIT(OAI_METADATA_PREFIX), 0, false},
    [OAI_LIST_IDENTIFIERS] = {"ListIdentifiers", BIT(OAI_METADATA_PREFIX),
                              BIT(OAI_FROM) | BIT(OAI_UNTIL) | BIT(OAI_SET), true},
    [OAI_LIST_RECORDS] = {"ListRecords", BIT(OAI_METADATA_PREFIX), BIT(OAI_FROM) | BIT(OAI_UNTIL) | BIT(OAI_SET), true},
};

static const char *const argument_names[OAI_ARGUMENTS] = {
    [OAI_IDENTIFIER] = "identifier",
    [OAI_METADATA_PREFIX] = "metadataPrefix",
    [OAI_FROM] = "from",
    [OAI_UNTIL] = "until",
    [OAI_SET] = "set",
    [OAI_RESUMPTION_TOKEN] = "resumptionToken",
};

static const char *const error_names[OAI_ERRORS] = {
    [OAI_OK] = "",
    [OAI_BAD_ARGUMENT] = "badArgument",
    [OAI_BAD_RESUMPTION_TOKEN] = "badResumptionToken",
    [OAI_BAD_VERB] = "badVerb",
    [OAI_CANNOT_DISSEMINATE_FORMAT] = "cannotDisseminateFormat",
    [OAI_ID_DOES_NOT_EXIST] = "idDoesNotExist",
    [OAI_NO_RECORDS_MATCH] = "noRecordsMatch",
    [OAI_NO_METADATA_FORMATS] = "noMetadataFormats",
    [OAI_NO_SET_HIERARCHY] = "noSetHierarchy",
};

const char *oai_verb_name(enum oai_verb verb)
{
    return verbs[verb].name;
}

const char *oai_argument_name(enum oai_argument argument)
{
    return argument_names[argument];
}

const char *oai_error_name(enum oai_error error)
{
    return error_names[error];
}

/* ---- reading a form ---- */

struct pair {
    struct xt_str name, value;
};

/* False for a broken escape, and for what is no UTF-8. */
static bool decode(struct xt_str raw, struct xt_arena *arena, struct xt_str *out)
{
    char *s = xt_arena_alloc(arena, raw.n + 1);
    size_t n = 0, i;

    for (i = 0; i < raw.n; i++) {
        int high, low;

        if (raw.s[i] != '%') {
            s[n++] = raw.s[i] == '+' ? ' ' : raw.s[i];
            continue;
        }
        high = i + 2 < raw.n ? xt_hex_digit(raw.s[i + 1]) : -1;
        low = i + 2 < raw.n ? xt_hex_digit(raw.s[i + 2]) : -1;
        if (high < 0 || low < 0)
            return false;
        s[n++] = (char)(high * 16 + low);
        i += 2;
    }
    *out = (struct xt_str){s, n};
    return xt_utf8_valid(s, n);
}

static struct xt_str cut(struct xt_str *rest, char at)
{
    const char *stop = rest->n > 0 ? memchr(rest->s, at, rest->n) : NULL;
    size_t n = stop ? (size_t)(stop - rest->s) : rest->n;
    struct xt_str part = {rest->s, n};

    rest->s += stop ? n + 1 : n;
    rest->n -= stop ? n + 1 : n;
    return part;
}

static void fail(struct oai_request *request, enum oai_error error, const char *message)
{
    if (request->error != OAI_OK)
        return;
    request->error = error;
    request->message = message;
}

static size_t read_pairs(struct xt_str form, struct xt_arena *arena, struct oai_request *out, struct pair *pairs)
{
    size_t count = 0;

    while (form.n > 0) {
        struct xt_str value = cut(&form, '&'), name = cut(&value, '=');

        if (name.n == 0 && value.n == 0)
            continue;
        if (count == OAI_ARGUMENTS_MAX) {
            fail(out, OAI_BAD_ARGUMENT, "There are more than 32 arguments.");
            break;
        }
        if (!decode(name, arena, &pairs[count].name) || !decode(value, arena, &pairs[count].value)) {
            fail(out, OAI_BAD_ARGUMENT, "An argument has a broken percent-escape, or is not UTF-8.");
            continue;
        }
        count++;
    }
    return count;
}

/* ---- checks ---- */

static void take_verb(const struct pair *pairs, size_t count, struct xt_arena *arena, struct oai_request *out)
{
    struct xt_str given = {NULL, 0};
    size_t times = 0, i;

    for (i = 0; i < count; i++) {
        if (!xt_str_is(pairs[i].name, "verb"))
            continue;
        given = pairs[i].value;
        times++;
    }
    for (i = OAI_NO_VERB + 1; i < OAI_VERBS && times == 1; i++)
        if (xt_str_is(given, verbs[i].name))
            out->verb = (enum oai_verb)i;
    if (times == 1 && out->verb != OAI_NO_VERB)
        return;
    out->error = OAI_OK; /* the verb's mistake comes first */
    fail(out, OAI_BAD_VERB,
         times == 0 ? "The argument verb is missing."
         : times > 1
             ? "The argument verb is repeated."
             : xt_arena_printf(arena, "There is no verb \"%.*s\".", given.n < 100 ? (int)given.n : 100, given.s));
}

static void take_argument(const struct pair *pair, struct xt_arena *arena, struct oai_request *out)
{
    unsigned allowed = verbs[out->verb].required | verbs[out->verb].optional;
    size_t a;

    if (verbs[out->verb].resumes)
        allowed |= BIT(OAI_RESUMPTION_TOKEN);
    for (a = 0; a < OAI_ARGUMENTS; a++)
        if ((allowed & BIT(a)) && xt_str_is(pair->name, argument_names[a]))
            break;
    if (a == OAI_ARGUMENTS)
        fail(out, OAI_BAD_ARGUMENT,
             xt_arena_printf(arena, "The verb %s takes no argument \"%.*s\".", verbs[out->verb].name,
                             pair->name.n < 100 ? (int)pair->name.n : 100, pair->name.s));
    else if (out->arguments[a].s)
        fail(out, OAI_BAD_ARGUMENT, xt_arena_printf(arena, "The argument %s is repeated.", argument_names[a]));
    else
        out->arguments[a] = pair->value;
}

static void check_required(struct xt_arena *arena, struct oai_request *out)
{
    size_t a;

    if (out->arguments[OAI_RESUMPTION_TOKEN].s) {
        for (a = 0; a < OAI_ARGUMENTS; a++)
            if (a != OAI_RESUMPTION_TOKEN && out->arguments[a].s)
                fail(out, OAI_BAD_ARGUMENT, "resumptionToken stands alone: no other argument may be beside it.");
        return;
    }
    for (a = 0; a < OAI_ARGUMENTS; a++)
        if ((verbs[out->verb].required & BIT(a)) && !out->arguments[a].s)
            fail(out, OAI_BAD_ARGUMENT, xt_arena_printf(arena, "The argument %s is missing.", argument_names[a]));
}

static bool all_of(struct xt_str text, const char *more)
{
    size_t i;

    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(more, c))))
            return false;
    }
    return text.n > 0;
}

bool oai_is_prefix(struct xt_str text)
{
    return all_of(text, "-_.!~*'()");
}

bool oai_is_set(struct xt_str text)
{
    size_t i;

    for (i = 0; i < text.n; i++)
        if (text.s[i] == ':' && (i == 0 || i + 1 == text.n || text.s[i + 1] == ':'))
            return false;
    return all_of(text, "-_.!~*'():");
}

bool oai_datestamp_read(struct xt_str text, xt_instant *out, bool *out_day)
{
    static const char day[] = "dddd-dd-dd", second[] = "dddd-dd-ddTdd:dd:ddZ";
    const char *form = text.n == sizeof day - 1 ? day : text.n == sizeof second - 1 ? second : NULL;
    size_t i;

    if (!form)
        return false;
    for (i = 0; i < text.n; i++)
        if (form[i] == 'd' ? text.s[i] < '0' || text.s[i] > '9' : text.s[i] != form[i])
            return false;
    *out_day = form == day;
    return xt_instant_parse(text, out);
}

static void check_dates(struct oai_request *out)
{
    bool from_day = false, until_day = false;
    struct xt_str from = out->arguments[OAI_FROM], until = out->arguments[OAI_UNTIL];

    if (from.s && !oai_datestamp_read(from, &out->from, &from_day))
        fail(out, OAI_BAD_ARGUMENT, "from is no date such as 2026-03-05 or 2026-03-05T08:00:00Z.");
    if (until.s && !oai_datestamp_read(until, &out->until, &until_day))
        fail(out, OAI_BAD_ARGUMENT, "until is no date such as 2026-03-05 or 2026-03-05T08:00:00Z.");
    if (out->error != OAI_OK)
        return;
    if (from.s && until.s && from_day != until_day)
        fail(out, OAI_BAD_ARGUMENT, "from and until must have the same granularity.");
    else if (from.s && until.s && out->from > out->until)
        fail(out, OAI_BAD_ARGUMENT, "from is later than until.");
    if (until.s)
        out->until += until_day ? 86400 * XT_SECOND : XT_SECOND;
}

void oai_request_read(struct xt_str form, struct xt_arena *arena, struct oai_request *out)
{
    struct pair pairs[OAI_ARGUMENTS_MAX];
    size_t count, i;

    *out = (struct oai_request){.message = ""};
    if (form.n > OAI_FORM_MAX) {
        fail(out, OAI_BAD_ARGUMENT, "The arguments have more than 8192 bytes.");
        return;
    }
    count = read_pairs(form, arena, out, pairs);
    take_verb(pairs, count, arena, out);
    if (out->error != OAI_OK)
        return;
    for (i = 0; i < count; i++)
        if (!xt_str_is(pairs[i].name, "verb"))
            take_argument(&pairs[i], arena, out);
    check_required(arena, out);
    if (out->arguments[OAI_METADATA_PREFIX].s && !oai_is_prefix(out->arguments[OAI_METADATA_PREFIX]))
        fail(out, OAI_BAD_ARGUMENT, "metadataPrefix has characters that no prefix has.");
    if (out->arguments[OAI_SET].s && !oai_is_set(out->arguments[OAI_SET]))
        fail(out, OAI_BAD_ARGUMENT, "set has characters that no setSpec has.");
    check_dates(out);
}
