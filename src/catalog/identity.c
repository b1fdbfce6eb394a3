/*
 * identity.c - the check rules of identifiers, each by its standard.
 *
 * A rule brings text into the one form under which it is stored and compared, or refuses it.
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

/* GB 32100-2015, 5: 18 characters of 31, weights 3^i mod 31. */
static bool check_uscc(struct xt_str text, char *out, size_t out_size)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0, weight = 1, i;

    if (out_size < 19 || compact(text, out, out_size, "-") != 18)
        return false;
    for (i = 0; i < 17; i++, weight = weight * 3 % 31) {
        const char *at = strchr(alphabet, out[i]);

        if (!at)
            return false;
        sum += (int)(at - alphabet) * weight;
    }
    return out[17] == alphabet[(31 - sum % 31) % 31];
}

/* ORCID: ISO/IEC 7064 MOD 11-2 over 15 digits; kept with hyphens. */
static bool check_orcid(struct xt_str text, char *out, size_t out_size)
{
    static const char *const prefixes[] = {"https://orcid.org/", "http://orcid.org/", "orcid.org/", "orcid:", NULL};
    char plain[32];
    int total = 0, i, n = 0;
    char check;

    if (out_size < 20 || compact(without_prefix(text, prefixes), plain, sizeof plain, "-") != 16)
        return false;
    for (i = 0; i < 15; i++) {
        if (!isdigit((unsigned char)plain[i]))
            return false;
        total = (total + (plain[i] - '0')) * 2;
    }
    total = (12 - total % 11) % 11;
    check = total == 10 ? 'X' : (char)('0' + total);
    if (plain[15] != check)
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

/* ISO 3297: weights 8 to 2, modulus 11. */
static bool check_issn(struct xt_str text, char *out, size_t out_size)
{
    static const char *const prefixes[] = {"issn:", "issn", NULL};
    char plain[16];
    int sum = 0, i;

    if (out_size < 10 || compact(without_prefix(text, prefixes), plain, sizeof plain, "-") != 8)
        return false;
    for (i = 0; i < 7; i++) {
        if (!isdigit((unsigned char)plain[i]))
            return false;
        sum += (plain[i] - '0') * (8 - i);
    }
    sum = (11 - sum % 11) % 11;
    if (plain[7] != (sum == 10 ? 'X' : '0' + sum))
        return false;
    memcpy(out, plain, 4);
    out[4] = '-';
    memcpy(out + 5, plain + 4, 5);
    return true;
}

/* ISO 2108: thirteen digits (weights 1, 3); ten are checked by modulus 11 and kept as thirteen. */
static bool check_isbn(struct xt_str text, char *out, size_t out_size)
{
    static const char *const prefixes[] = {"isbn-13:", "isbn-10:", "isbn:", "isbn", NULL};
    char plain[32];
    size_t n = compact(without_prefix(text, prefixes), plain, sizeof plain, "-");
    int sum = 0;
    size_t i;

    if (out_size < 14)
        return false;
    if (n == 10) {
        for (i = 0; i < 10; i++) {
            bool last_x = i == 9 && plain[i] == 'X';

            if (!isdigit((unsigned char)plain[i]) && !last_x)
                return false;
            sum += (last_x ? 10 : plain[i] - '0') * (int)(10 - i);
        }
        if (sum % 11 != 0)
            return false;
        memcpy(out, "978", 3);
        memcpy(out + 3, plain, 9);
    } else if (n == 13) {
        memcpy(out, plain, 12);
    } else {
        return false;
    }
    for (sum = 0, i = 0; i < 12; i++) {
        if (!isdigit((unsigned char)out[i]))
            return false;
        sum += (out[i] - '0') * (i % 2 == 0 ? 1 : 3);
    }
    out[12] = (char)('0' + (10 - sum % 10) % 10);
    out[13] = '\0';
    return n == 10 || plain[12] == out[12];
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

/* Application number, ZC 0006-2003: year (2 digits until 2003-09, then 4), kind, serial; check digit by weights
 * 2..9 repeated, modulus 11. Kept as digits, point, check digit. */
static bool check_cn_application(struct xt_str text, char *out, size_t out_size)
{
    static const char *const prefixes[] = {"CN", "ZL", NULL};
    char plain[32];
    size_t n = compact(without_prefix(text, prefixes), plain, sizeof plain, "-."), i;
    int sum = 0;

    if ((n != 9 && n != 13) || out_size < n + 2)
        return false;
    for (i = 0; i + 1 < n; i++) {
        if (!isdigit((unsigned char)plain[i]))
            return false;
        sum += (plain[i] - '0') * (int)(2 + i % 8);
    }
    sum %= 11;
    if (plain[n - 1] != (sum == 10 ? 'X' : '0' + sum))
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

/* ROR: "0", six characters of Crockford's base 32, two check digits by ISO/IEC 7064 MOD 97-10. */
static bool check_ror(struct xt_str text, char *out, size_t out_size)
{
    static const char *const prefixes[] = {"https://ror.org/", "http://ror.org/", "ror.org/", NULL};
    static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint64_t n = 0;
    unsigned check;
    size_t i;

    text = without_prefix(text, prefixes);
    if (text.n != 9 || out_size < 10)
        return false;
    for (i = 0; i < 9; i++)
        out[i] = (char)tolower((unsigned char)text.s[i]);
    out[9] = '\0';
    for (i = 0; i < 7; i++) {
        const char *at = strchr(alphabet, out[i]);

        if (!at || (i == 0 && out[i] != '0'))
            return false;
        n = n * 32 + (uint64_t)(at - alphabet);
    }
    if (!isdigit((unsigned char)out[7]) || !isdigit((unsigned char)out[8]))
        return false;
    check = (unsigned)(98 - n * 100 % 97);
    return (unsigned)(out[7] - '0') * 10 + (unsigned)(out[8] - '0') == check;
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
