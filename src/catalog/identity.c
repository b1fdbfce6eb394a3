/*
 * identity.c - the check rules of identifiers, each by its standard.
 *
 * A rule brings text into the one form under which it is stored and compared, or refuses it. Rules with check characters are
 * rows of one table (weights, modulus): checking a number and showing how it is worked out are the same sum.
 */
#include <ctype.h>
#include <string.h>

#include "catalog/region.h"

/* Copies text without white space and hyphens, full width letters and digits as half width, upper case. */
static size_t compact(struct xt_str text, char *out, size_t out_size, const char *dropped)
{
    size_t n = 0, i = 0;

    while (i < text.n) {
        uint32_t c;

        i += xt_utf8_decode(text.s + i, text.n - i, &c);
        if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (c == 0x3000 || c == 0xA0 || c == 0x2010 || c == 0x2011 || c == 0x2013 || c == 0x2014)
            c = c == 0x3000 || c == 0xA0 ? ' ' : '-';
        if (c < 0x80 && (isspace((int)c) || strchr(dropped, (int)c)))
            continue;
        if (c >= 0x80 || n + 2 > out_size)
            return 0;
        out[n++] = (char)toupper((int)c);
    }
    out[n] = '\0';
    return n;
}

static struct xt_str without_prefix(struct xt_str text, const char *const *prefixes)
{
    size_t i;

    text = xt_str_trim(text);
    for (i = 0; prefixes[i]; i++) {
        size_t n = strlen(prefixes[i]);

        if (text.n > n && strncasecmp(text.s, prefixes[i], n) == 0)
            return xt_str_trim((struct xt_str){text.s + n, text.n - n});
    }
    return text;
}

/* ---- check characters ---- */

#define DIGITS   "0123456789"
#define DIGITS_X "0123456789X" /* by modulus 11, X stands for ten */

/* Each character's value times its weight; the sum's rest by modulus says which characters must follow. */
struct weighing {
    size_t count;       /* characters that are weighed */
    size_t checks;      /* characters that follow: one of signs, or two decimal digits where signs is NULL */
    const char *values; /* a character's value is its place in here */
    int weights[XT_WORKING_MAX];
    int modulus;
    int from, wrap; /* the check's value is (from - rest) % wrap; the rest itself where wrap is 0 */
    const char *signs;
};

#define USCC_SIGNS "0123456789ABCDEFGHJKLMNPQRTUWXY"

/* GB 32100-2015, 5: 18 characters of 31, weights 3^i mod 31. */
static const struct weighing uscc = {
    17, 1, USCC_SIGNS, {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}, 31, 31, 31, USCC_SIGNS,
};
/* ORCID: ISO/IEC 7064 MOD 11-2 over 15 digits; weights 2^(15 - i) mod 11. */
static const struct weighing orcid = {15, 1,  DIGITS, {10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2},
                                      11, 12, 11,     DIGITS_X};
/* ISO 3297. */
static const struct weighing issn = {7, 1, DIGITS, {8, 7, 6, 5, 4, 3, 2}, 11, 11, 11, DIGITS_X};
/* ISO 2108, thirteen digits and the ten of before 2007. */
static const struct weighing isbn13 = {12, 1, DIGITS, {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3}, 10, 10, 10, DIGITS};
static const struct weighing isbn10 = {9, 1, DIGITS, {10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 11, 11, DIGITS_X};
/* ZC 0006-2003, since October 2003 and before. */
static const struct weighing application12 = {12, 1, DIGITS, {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5}, 11, 0, 0, DIGITS_X};
static const struct weighing application8 = {8, 1, DIGITS, {2, 3, 4, 5, 6, 7, 8, 9}, 11, 0, 0, DIGITS_X};
/* ROR: ISO/IEC 7064 MOD 97-10 over a number of base 32 (Crockford's letters); weights 100 * 32^(6 - i) mod 97. */
static const struct weighing ror = {7,   2,   "0123456789ABCDEFGHJKMNPQRSTVWXYZ", {2, 91, 18, 43, 65, 96, 3}, 97, 98,
                                    100, NULL};

/* Fills out, but for what text says of the rule; plain is n bytes without what may stand between. */
static enum xt_worked weigh(const struct weighing *w, const char *plain, size_t n, struct xt_working *out)
{
    size_t i;
    int check;

    *out = (struct xt_working){.wanted = w->count + w->checks, .found = n, .modulus = w->modulus};
    if (n != out->wanted)
        return XT_WORKED_LENGTH;
    for (i = 0; i < w->count; i++) {
        const char *at = strchr(w->values, plain[i]);

        if (!at) {
            out->found = i + 1;
            return XT_WORKED_CHARACTER;
        }
        out->parts[i] = (struct xt_working_part){plain[i], (int)(at - w->values), w->weights[i]};
        out->sum += out->parts[i].value * w->weights[i];
    }
    out->count = w->count;
    out->rest = out->sum % w->modulus;
    check = w->wrap ? (w->from - out->rest) % w->wrap : out->rest;
    memcpy(out->given, plain + w->count, w->checks);
    if (w->signs) {
        out->expected[0] = w->signs[check];
    } else {
        out->expected[0] = DIGITS[check / 10];
        out->expected[1] = DIGITS[check % 10];
    }
    return XT_WORKED;
}

static bool weighs(const struct weighing *w, const char *plain, size_t n)
{
    struct xt_working working;

    return weigh(w, plain, n, &working) == XT_WORKED && strcmp(working.given, working.expected) == 0;
}

static const char *const no_prefixes[] = {NULL};
static const char *const orcid_prefixes[] = {"https://orcid.org/", "http://orcid.org/", "orcid.org/", "orcid:", NULL};
static const char *const issn_prefixes[] = {"issn:", "issn", NULL};
static const char *const isbn_prefixes[] = {"isbn-13:", "isbn-10:", "isbn:", "isbn", NULL};
static const char *const application_prefixes[] = {"CN", "ZL", NULL};
static const char *const ror_prefixes[] = {"https://ror.org/", "http://ror.org/", "ror.org/", NULL};

static bool check_uscc(struct xt_str text, char *out, size_t out_size)
{
    return out_size >= 19 && weighs(&uscc, out, compact(text, out, out_size, "-"));
}

/* Kept with hyphens. */
static bool check_orcid(struct xt_str text, char *out, size_t out_size)
{
    char plain[32];
    int i, n = 0;

    if (out_size < 20 ||
        !weighs(&orcid, plain, compact(without_prefix(text, orcid_prefixes), plain, sizeof plain, "-")))
        return false;
    for (i = 0; i < 16; i++) {
        if (i > 0 && i % 4 == 0)
            out[n++] = '-';
        out[n++] = plain[i];
    }
    out[n] = '\0';
    return true;
}

/* ISO 26324: "10." prefix "/" suffix; compared without case. */
static bool check_doi(struct xt_str text, char *out, size_t out_size)
{
    static const char *const prefixes[] = {
        "https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi.org/", "doi:", NULL};
    size_t i, digits = 0;

    text = without_prefix(text, prefixes);
    if (text.n >= out_size || !xt_str_starts(text, "10."))
        return false;
    for (i = 3; i < text.n && (isdigit((unsigned char)text.s[i]) || text.s[i] == '.'); i++)
        digits++;
    if (digits < 4 || i + 1 >= text.n || text.s[i] != '/')
        return false;
    for (i = 0; i < text.n; i++) {
        if ((unsigned char)text.s[i] <= ' ')
            return false;
        out[i] = (char)tolower((unsigned char)text.s[i]);
    }
    out[text.n] = '\0';
    return true;
}

static bool check_issn(struct xt_str text, char *out, size_t out_size)
{
    char plain[16];

    if (out_size < 10 || !weighs(&issn, plain, compact(without_prefix(text, issn_prefixes), plain, sizeof plain, "-")))
        return false;
    memcpy(out, plain, 4);
    out[4] = '-';
    memcpy(out + 5, plain + 4, 5);
    return true;
}

/* Kept as thirteen digits. */
static bool check_isbn(struct xt_str text, char *out, size_t out_size)
{
    char plain[32];
    size_t n = compact(without_prefix(text, isbn_prefixes), plain, sizeof plain, "-");
    struct xt_working working;

    if (out_size < 14 || !(weighs(&isbn13, plain, n) || weighs(&isbn10, plain, n)))
        return false;
    if (n == 10) {
        memmove(plain + 3, plain, 9);
        memcpy(plain, "978", 3);
        (void)weigh(&isbn13, plain, 13, &working);
        plain[12] = working.expected[0];
    }
    memcpy(out, plain, 13);
    out[13] = '\0';
    return true;
}

/* Publication (announcement) number, ZC 0007: CN, 7 to 9 digits, kind letter and perhaps a digit. */
static bool check_cn_patent(struct xt_str text, char *out, size_t out_size)
{
    size_t n = compact(text, out, out_size, ""), i = 2;

    if (n < 10 || n > 13 || out[0] != 'C' || out[1] != 'N')
        return false;
    while (isdigit((unsigned char)out[i]))
        i++;
    if (i < 9 || i > 11 || out[i] < 'A' || out[i] > 'Z')
        return false;
    i++;
    return i == n || (i + 1 == n && isdigit((unsigned char)out[i]));
}

/* Application number, ZC 0006-2003: year (2 digits until 2003-09, then 4), kind, serial, check digit. Kept as digits,
 * point, check digit. */
static bool check_cn_application(struct xt_str text, char *out, size_t out_size)
{
    char plain[32];
    size_t n = compact(without_prefix(text, application_prefixes), plain, sizeof plain, "-.");

    if (out_size < n + 2 || !(weighs(&application12, plain, n) || weighs(&application8, plain, n)))
        return false;
    memcpy(out, plain, n - 1);
    out[n - 1] = '.';
    out[n] = plain[n - 1];
    out[n + 1] = '\0';
    return true;
}

/* GB/T 20000 and ISO forms: letters, a number, perhaps a year: "GB/T 30523-2023", "ISO/IEC 27001:2022".
 * One space between parts, dashes of all kinds as "-". */
static bool check_standard_number(struct xt_str text, char *out, size_t out_size)
{
    size_t n = 0, i = 0;
    bool space = false, digit = false;

    text = xt_str_trim(text);
    while (i < text.n) {
        uint32_t c;
        char bytes[4];
        size_t took, b;

        i += xt_utf8_decode(text.s + i, text.n - i, &c);
        if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 || c == 0x2014 || c == 0x2015 || c == 0x2212)
            c = '-';
        if (c == ' ' || c == 0x3000 || c == 0xA0 || c == '\t') {
            space = n > 0;
            continue;
        }
        took = xt_utf8_encode(c, bytes);
        if (n + took + 2 > out_size)
            return false;
        if (space && c != '-' && c != ':' && out[n - 1] != '-' && out[n - 1] != ':')
            out[n++] = ' ';
        space = false;
        for (b = 0; b < took; b++)
            out[n++] = bytes[b];
        digit = digit || (c < 0x80 && isdigit((int)c));
    }
    out[n] = '\0';
    return n >= 4 && digit && isalpha((unsigned char)out[0]);
}

/* GB/T 32843-2016: CSTR: registrant (5 digits), resource type (2 digits), the registrant's own part. */
static bool check_cstr(struct xt_str text, char *out, size_t out_size)
{
    static const char *const prefixes[] = {"https://cstr.cn/", "http://cstr.cn/", "cstr:", NULL};
    size_t i;

    text = without_prefix(text, prefixes);
    if (text.n < 10 || text.n >= out_size)
        return false;
    for (i = 0; i < 8; i++) {
        if (i == 5 ? text.s[i] != '.' : !isdigit((unsigned char)text.s[i]))
            return false;
    }
    if (text.s[8] != '.')
        return false;
    for (i = 9; i < text.n; i++) {
        if ((unsigned char)text.s[i] <= ' ')
            return false;
    }
    memcpy(out, text.s, text.n);
    out[text.n] = '\0';
    return true;
}

/* ROR: "0", six characters of Crockford's base 32, two check digits; kept in small letters. */
static bool check_ror(struct xt_str text, char *out, size_t out_size)
{
    size_t n, i;

    text = without_prefix(text, ror_prefixes);
    n = out_size < 10 || text.n != 9 ? 0 : compact(text, out, out_size, "");
    if (!weighs(&ror, out, n) || out[0] != '0')
        return false;
    for (i = 0; i < n; i++)
        out[i] = (char)tolower((unsigned char)out[i]);
    return true;
}

/* Any text: trimmed, inner white space as one space. */
static bool check_none(struct xt_str text, char *out, size_t out_size)
{
    size_t i, n = 0;

    text = xt_str_trim(text);
    for (i = 0; i < text.n; i++) {
        bool space = isspace((unsigned char)text.s[i]);

        if (space && n > 0 && out[n - 1] == ' ')
            continue;
        if (n + 1 >= out_size)
            return false;
        out[n++] = space ? ' ' : text.s[i];
    }
    out[n] = '\0';
    return n > 0;
}

/* A name that stands for one body of its kind: white space between Chinese characters goes, brackets are （）, full
 * width letters and digits half width. Case stays: people read it. */
static bool check_name(struct xt_str text, char *out, size_t out_size)
{
    size_t i = 0, n = 0, took;
    bool space = false, ascii_before = false;
    uint32_t c;

    for (; i < text.n; i += took) {
        took = xt_utf8_decode(text.s + i, text.n - i, &c);
        if (c <= 0x20 || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200B)) {
            space = n > 0;
            continue;
        }
        if (c == '(' || c == ')')
            c = c == '(' ? 0xFF08 : 0xFF09;
        else if (c > 0xFF09 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (n + 6 > out_size)
            return false;
        if (space && c < 0x80 && ascii_before)
            out[n++] = ' ';
        space = false;
        ascii_before = c < 0x80;
        n += xt_utf8_encode(c, out + n);
    }
    out[n] = '\0';
    return xt_utf8_count(out, n) >= 2;
}

bool (*xt_identity_rule(const char *name))(struct xt_str text, char *out, size_t out_size)
{
    static const struct {
        const char *name;
        bool (*check)(struct xt_str text, char *out, size_t out_size);
    } rules[] = {
        {"uscc", check_uscc},
        {"orcid", check_orcid},
        {"doi", check_doi},
        {"issn", check_issn},
        {"isbn", check_isbn},
        {"cn-patent", check_cn_patent},
        {"cn-application", check_cn_application},
        {"standard-number", check_standard_number},
        {"cstr", check_cstr},
        {"ror", check_ror},
        {"name", check_name},
        {"none", check_none},
    };
    size_t i;

    for (i = 0; i < XT_COUNT(rules); i++) {
        if (strcmp(rules[i].name, name) == 0)
            return rules[i].check;
    }
    return NULL;
}

enum xt_worked xt_identity_work(const char *rule, struct xt_str text, struct xt_working *out)
{
    static const struct {
        const char *rule;
        const struct weighing *weighing, *older; /* the second for another length */
        const char *const *prefixes;
        const char *between; /* characters that may stand anywhere */
    } rules[] = {
        {"uscc", &uscc, NULL, no_prefixes, "-"},
        {"orcid", &orcid, NULL, orcid_prefixes, "-"},
        {"issn", &issn, NULL, issn_prefixes, "-"},
        {"isbn", &isbn13, &isbn10, isbn_prefixes, "-"},
        {"cn-application", &application12, &application8, application_prefixes, "-."},
        {"ror", &ror, NULL, ror_prefixes, ""},
    };
    char plain[64];
    size_t i, n;
    enum xt_worked worked;

    for (i = 0; i < XT_COUNT(rules) && strcmp(rules[i].rule, rule) != 0; i++)
        continue;
    *out = (struct xt_working){0};
    if (i == XT_COUNT(rules))
        return XT_WORKED_NOT;
    n = compact(without_prefix(text, rules[i].prefixes), plain, sizeof plain, rules[i].between);
    if (n == 0)
        return XT_WORKED_NOT;
    if (rules[i].older && n == rules[i].older->count + rules[i].older->checks)
        worked = weigh(rules[i].older, plain, n, out);
    else
        worked = weigh(rules[i].weighing, plain, n, out);
    if (worked == XT_WORKED_LENGTH && rules[i].older)
        out->also_wanted = rules[i].older->count + rules[i].older->checks;
    out->bad = worked == XT_WORKED_CHARACTER ? plain[out->found - 1] : '\0';
    memcpy(out->mended, plain, out->count);
    memcpy(out->mended + out->count, out->expected, sizeof out->expected);
    return worked;
}
