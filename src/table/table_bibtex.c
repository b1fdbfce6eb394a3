/*
 * table_bibtex.c - BibTeX: entries as objects, @string, braces, quotes, concatenation; LaTeX as plain text.
 *
 * The end of an entry is found by counting braces. One that is never closed ends where the next begins at the start of a
 * line, and is refused.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>

#include "base/mem.h"
#include "table/table_objects.h"

#define STRINGS_MAX  10000
#define STRINGS_KEPT ((size_t)4 * XT_MIB)
#define FIELDS_MAX   1000

struct macro {
    char *name; /* small letters */
    char *value;
};

struct bibtex {
    struct xt_objects base;
    struct xt_window window;
    size_t at;
    int64_t line;
    const struct xt_table_limits *limits;
    struct macro *macros;
    size_t macro_count, macro_capacity, macro_bytes;
    struct xt_text mended, value, plain;
    int64_t bad;
    json_t *object;
};

/* ---- LaTeX ---- */

struct sign {
    const char *name;
    uint32_t c;
};

static const struct sign ACCENTS[] = {
    /* as combining characters */
    {"`", 0x300}, {"'", 0x301}, {"^", 0x302}, {"~", 0x303}, {"=", 0x304}, {"u", 0x306}, {".", 0x307}, {"\"", 0x308},
    {"r", 0x30A}, {"H", 0x30B}, {"v", 0x30C}, {"d", 0x323}, {"c", 0x327}, {"k", 0x328}, {"b", 0x331},
};

static const struct sign SIGNS[] = {
    {"ss", 0xDF},
    {"o", 0xF8},
    {"O", 0xD8},
    {"l", 0x142},
    {"L", 0x141},
    {"ae", 0xE6},
    {"AE", 0xC6},
    {"oe", 0x153},
    {"OE", 0x152},
    {"aa", 0xE5},
    {"AA", 0xC5},
    {"i", 0x131},
    {"j", 0x237},
    {"dh", 0xF0},
    {"DH", 0xD0},
    {"th", 0xFE},
    {"TH", 0xDE},
    {"dj", 0x111},
    {"DJ", 0x110},
    {"ng", 0x14B},
    {"S", 0xA7},
    {"P", 0xB6},
    {"copyright", 0xA9},
    {"pounds", 0xA3},
    {"euro", 0x20AC},
    {"dots", 0x2026},
    {"ldots", 0x2026},
    {"textendash", 0x2013},
    {"textemdash", 0x2014},
    {"textregistered", 0xAE},
    {"texttrademark", 0x2122},
    {"textdegree", 0xB0},
    {"degree", 0xB0},
    {"times", 0xD7},
    {"pm", 0xB1},
    {"leq", 0x2264},
    {"geq", 0x2265},
    {"le", 0x2264},
    {"ge", 0x2265},
    {"approx", 0x2248},
    {"sim", '~'},
    {"infty", 0x221E},
    {"rightarrow", 0x2192},
    {"to", 0x2192},
    {"cdot", 0xB7},
    {"circ", 0xB0},
    {"alpha", 0x3B1},
    {"beta", 0x3B2},
    {"gamma", 0x3B3},
    {"delta", 0x3B4},
    {"epsilon", 0x3B5},
    {"zeta", 0x3B6},
    {"eta", 0x3B7},
    {"theta", 0x3B8},
    {"iota", 0x3B9},
    {"kappa", 0x3BA},
    {"lambda", 0x3BB},
    {"mu", 0x3BC},
    {"nu", 0x3BD},
    {"xi", 0x3BE},
    {"pi", 0x3C0},
    {"rho", 0x3C1},
    {"sigma", 0x3C3},
    {"tau", 0x3C4},
    {"upsilon", 0x3C5},
    {"phi", 0x3C6},
    {"chi", 0x3C7},
    {"psi", 0x3C8},
    {"omega", 0x3C9},
    {"Gamma", 0x393},
    {"Delta", 0x394},
    {"Theta", 0x398},
    {"Lambda", 0x39B},
    {"Xi", 0x39E},
    {"Pi", 0x3A0},
    {"Sigma", 0x3A3},
    {"Phi", 0x3A6},
    {"Psi", 0x3A8},
    {"Omega", 0x3A9},
    {"textasciitilde", '~'},
    {"textbackslash", '\\'},
    {"textquoteright", 0x2019},
    {"textquoteleft", 0x2018},
    {"textunderscore", '_'},
};

/* Commands that only say how text looks. */
static const char *const LOOKS[] = {
    "textit",
    "textbf",
    "textsc",
    "textrm",
    "texttt",
    "textsf",
    "textup",
    "textsl",
    "textnormal",
    "emph",
    "it",
    "bf",
    "em",
    "sc",
    "rm",
    "tt",
    "sf",
    "sl",
    "mathrm",
    "mathbf",
    "mathit",
    "mathcal",
    "mathbb",
    "url",
    "text",
    "mbox",
    "hbox",
    "textsuperscript",
    "textsubscript",
    "uppercase",
    "relax",
    "ensuremath",
    "protect",
    "noopsort",
    "natexlab",
    "left",
    "right",
    "displaystyle",
    "tiny",
    "small",
    "large",
    "underline",
    "operatorname",
    "mathsf",
    "mathfrak",
    "pmb",
    "scriptsize",
    "scriptstyle",
    "bigl",
    "bigr",
    "hskip",
};

static const struct sign *sign_named(const struct sign *list, size_t count, struct xt_str name)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (xt_str_is(name, list[i].name))
            return &list[i];
    return NULL;
}

static bool only_looks(struct xt_str name)
{
    size_t i;

    for (i = 0; i < XT_COUNT(LOOKS); i++)
        if (xt_str_is(name, LOOKS[i]))
            return true;
    return false;
}

/* The command behind a backslash at s: letters, or one other character. */
static struct xt_str command_at(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && isalpha((unsigned char)s[i]))
        i++;
    return (struct xt_str){s, i > 0 || n == 0 ? i : 1};
}

/* The letter an accent stands on, behind it: "e", "{e}", "{\i}", " e". Gives the bytes it takes, 0 for none. */
static size_t accented(const char *s, size_t n, uint32_t *out_letter)
{
    size_t i = 0, braces = 0;

    while (i < n && (s[i] == ' ' || s[i] == '{')) {
        braces += s[i] == '{';
        i++;
    }
    if (i < n && s[i] == '\\' && i + 1 < n && (s[i + 1] == 'i' || s[i + 1] == 'j')) {
        *out_letter = (unsigned char)s[i + 1];
        i += 2;
    } else if (i < n && s[i] != '\\' && s[i] != '}') {
        i += xt_utf8_decode(s + i, n - i, out_letter);
    } else {
        return 0;
    }
    for (; braces > 0 && i < n && s[i] == '}'; i++)
        braces--;
    return i;
}

static void add_accented(uint32_t letter, uint32_t accent, struct xt_text *out)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    UChar32 both = U_SUCCESS(status) ? unorm2_composePair(nfc, (UChar32)letter, (UChar32)accent) : -1;

    xt_text_add_utf8(out, both >= 0 ? (uint32_t)both : letter);
    if (both < 0)
        xt_text_add_utf8(out, accent);
}

/* What stands at the backslash s[0]; gives the bytes it takes. */
static size_t add_command(const char *s, size_t n, struct xt_text *out)
{
    struct xt_str name = command_at(s + 1, n - 1);
    const struct sign *accent = sign_named(ACCENTS, XT_COUNT(ACCENTS), name);
    const struct sign *sign = sign_named(SIGNS, XT_COUNT(SIGNS), name);
    size_t took = 1 + name.n, on;
    uint32_t letter;

    if (name.n == 0)
        return 1;
    on = accent ? accented(s + took, n - took, &letter) : 0;
    if (on > 0) {
        add_accented(letter, accent->c, out);
        return took + on;
    }
    if (sign)
        xt_text_add_utf8(out, sign->c);
    else if (!isalpha((unsigned char)name.s[0]) && !accent) /* \& \% \_ \{ ... */
        xt_text_add_char(out, strchr("/,;:!-\\", name.s[0]) ? ' ' : name.s[0]);
    else if (!accent && !only_looks(name))
        xt_text_add_str(out, name);
    if (isalpha((unsigned char)name.s[0]))
        while (took < n && s[took] == ' ') /* blanks end a command and are no text */
            took++;
    return took;
}

void xt_latex_plain(struct xt_str latex, struct xt_text *out)
{
    static const struct {
        const char *from;
        uint32_t to;
    } pairs[] = {{"---", 0x2014}, {"--", 0x2013}, {"``", 0x201C}, {"''", 0x201D}};
    struct xt_text text;
    size_t i = 0, k;

    xt_text_init(&text, 4 * latex.n + 16);
    while (i < latex.n) {
        struct xt_str rest = {latex.s + i, latex.n - i};

        for (k = 0; k < XT_COUNT(pairs) && !xt_str_starts(rest, pairs[k].from);)
            k++;
        if (k < XT_COUNT(pairs)) {
            xt_text_add_utf8(&text, pairs[k].to);
            i += strlen(pairs[k].from);
        } else if (latex.s[i] == '\\') {
            i += add_command(rest.s, rest.n, &text);
        } else {
            if (latex.s[i] == '~')
                xt_text_add_char(&text, ' ');
            else if (!strchr("{}$", latex.s[i]))
                xt_text_add_char(&text, latex.s[i]);
            i++;
        }
    }
    xt_tidy_add(out, xt_text_view(&text));
    xt_text_done(&text);
}

/* ---- values ---- */

static const struct macro MONTHS[] = {
    {(char[]){"jan"}, (char[]){"January"}},   {(char[]){"feb"}, (char[]){"February"}},
    {(char[]){"mar"}, (char[]){"March"}},     {(char[]){"apr"}, (char[]){"April"}},
    {(char[]){"may"}, (char[]){"May"}},       {(char[]){"jun"}, (char[]){"June"}},
    {(char[]){"jul"}, (char[]){"July"}},      {(char[]){"aug"}, (char[]){"August"}},
    {(char[]){"sep"}, (char[]){"September"}}, {(char[]){"oct"}, (char[]){"October"}},
    {(char[]){"nov"}, (char[]){"November"}},  {(char[]){"dec"}, (char[]){"December"}},
};

static bool same_name(const char *name, struct xt_str wanted)
{
    return strlen(name) == wanted.n && strncasecmp(name, wanted.s, wanted.n) == 0;
}

static const char *macro_named(const struct bibtex *reader, struct xt_str name)
{
    size_t i;

    for (i = reader->macro_count; i > 0; i--)
        if (same_name(reader->macros[i - 1].name, name))
            return reader->macros[i - 1].value;
    for (i = 0; i < XT_COUNT(MONTHS); i++)
        if (same_name(MONTHS[i].name, name))
            return MONTHS[i].value;
    return NULL;
}

static void define(struct bibtex *reader, struct xt_str name, struct xt_str value)
{
    if (reader->macro_count == STRINGS_MAX || reader->macro_bytes + value.n > STRINGS_KEPT)
        return;
    xt_grow(&reader->macros, &reader->macro_capacity, reader->macro_count + 1, sizeof *reader->macros);
    reader->macros[reader->macro_count++] = (struct macro){xt_strndup(name.s, name.n), xt_strndup(value.s, value.n)};
    reader->macro_bytes += value.n;
}

struct scan {
    const char *s;
    size_t n, at;
    const char *fault;
    bool too_long; /* strings joined to more than a row may hold */
};

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->n && isspace((unsigned char)scan->s[scan->at]))
        scan->at++;
}

static bool take(struct scan *scan, char c)
{
    skip_blanks(scan);
    if (scan->at >= scan->n || scan->s[scan->at] != c)
        return false;
    scan->at++;
    return true;
}

static struct xt_str take_name(struct scan *scan)
{
    size_t start;

    skip_blanks(scan);
    for (start = scan->at;
         scan->at < scan->n && !isspace((unsigned char)scan->s[scan->at]) && !strchr("{}(),=#\"", scan->s[scan->at]);)
        scan->at++;
    return (struct xt_str){scan->s + start, scan->at - start};
}

/* The inside of braces or quotes, whose opening was taken. */
static bool take_until(struct scan *scan, char close, struct xt_str *out)
{
    size_t start = scan->at, depth = 0;

    for (; scan->at < scan->n; scan->at++) {
        char c = scan->s[scan->at];

        if (c == '\\' && scan->at + 1 < scan->n) {
            scan->at++;
        } else if (depth == 0 && c == close) {
            *out = (struct xt_str){scan->s + start, scan->at - start};
            scan->at++;
            return true;
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && depth > 0) {
            depth--;
        }
    }
    scan->fault = close == '}' ? "}" : "\"";
    return false;
}

/* One value, its pieces joined, as LaTeX into reader->value. */
static bool take_value(struct bibtex *reader, struct scan *scan)
{
    struct xt_str piece;

    xt_text_clear(&reader->value);
    do {
        if (take(scan, '{')) {
            if (!take_until(scan, '}', &piece))
                return false;
        } else if (take(scan, '"')) {
            if (!take_until(scan, '"', &piece))
                return false;
        } else {
            piece = take_name(scan);
            if (piece.n == 0) {
                scan->fault = "=";
                return false;
            }
            if (!isdigit((unsigned char)piece.s[0]) && macro_named(reader, piece))
                piece = xt_str(macro_named(reader, piece));
        }
        xt_text_add_str(&reader->value, piece);
        scan->too_long = xt_text_overflowed(&reader->value);
        if (scan->too_long)
            return false;
    } while (take(scan, '#'));
    return true;
}

/* ---- entries ---- */

static void add_plain(struct bibtex *reader, json_t *object, struct xt_str name, struct xt_str latex)
{
    xt_text_clear(&reader->plain);
    xt_latex_plain(latex, &reader->plain);
    if (reader->plain.n > 0)
        xt_object_add(object, name, xt_json_text(xt_text_view(&reader->plain)));
}

static bool is_and(struct xt_str s, size_t at)
{
    return at + 5 <= s.n && isspace((unsigned char)s.s[at]) && strncasecmp(s.s + at + 1, "and", 3) == 0 &&
           isspace((unsigned char)s.s[at + 4]);
}

/* Divides at "and" or at separators, outside braces. */
static void add_list(struct bibtex *reader, json_t *object, struct xt_str name, struct xt_str latex,
                     const char *separators)
{
    size_t from = 0, depth = 0, i;

    for (i = 0; i <= latex.n; i++) {
        bool ends = i == latex.n;
        size_t skip = 1;

        if (!ends && latex.s[i] == '\\' && i + 1 < latex.n) {
            i++;
            continue;
        }
        if (!ends && latex.s[i] == '{')
            depth++;
        if (!ends && latex.s[i] == '}' && depth > 0)
            depth--;
        if (!ends && depth == 0) {
            ends = separators ? strchr(separators, latex.s[i]) != NULL : is_and(latex, i);
            skip = separators ? 1 : 4;
        }
        if (!ends)
            continue;
        struct xt_str item = xt_str_trim((struct xt_str){latex.s + from, i - from});

        if (!xt_str_is(item, "others"))
            add_plain(reader, object, name, item);
        from = i + skip;
        i += skip - 1;
    }
}

static struct xt_str in_small(struct xt_str name, char *buffer, size_t size)
{
    size_t i, n = xt_utf8_clip(name.s, name.n, size - 1);

    for (i = 0; i < n; i++)
        buffer[i] = (char)tolower((unsigned char)name.s[i]);
    return (struct xt_str){buffer, n};
}

static void add_field(struct bibtex *reader, json_t *object, struct xt_str name)
{
    struct xt_str value = xt_text_view(&reader->value);
    char small[64];

    name = in_small(name, small, sizeof small);
    if (xt_str_is(name, "author") || xt_str_is(name, "editor"))
        add_list(reader, object, name, value, NULL);
    else if (xt_str_is(name, "keywords") || xt_str_is(name, "keyword"))
        add_list(reader, object, XT_STR("keywords"), value, ",;");
    else if (xt_str_is(name, "url") || xt_str_is(name, "doi") || xt_str_is(name, "file"))
        xt_object_add(object, name, xt_json_text(xt_str_trim(value))); /* no LaTeX */
    else
        add_plain(reader, object, name, value);
}

static enum xt_code too_long(const struct bibtex *reader, struct xt_error *err)
{
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_LONG, XT_INT(reader->limits->line_bytes));
}

static enum xt_code wrong(const char *what, struct xt_error *err)
{
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_BIBTEX_SYNTAX, XT_TEXT(what));
}

/* entry begins behind "@type{" and goes up to its closing brace. NULL and XT_OK for what is no record. */
static enum xt_code parse_entry(struct bibtex *reader, struct xt_str type, struct xt_str entry, json_t **out,
                                struct xt_error *err)
{
    struct scan scan = {.s = entry.s, .n = entry.n};
    size_t fields = 0;
    char small[64];
    json_t *object;

    *out = NULL;
    type = in_small(type, small, sizeof small);
    if (xt_str_is(type, "comment") || xt_str_is(type, "preamble"))
        return XT_OK;
    if (xt_str_is(type, "string")) {
        struct xt_str name = take_name(&scan);

        if (name.n == 0 || !take(&scan, '=') || !take_value(reader, &scan))
            return scan.too_long ? too_long(reader, err) : wrong("@string", err);
        define(reader, name, xt_text_view(&reader->value));
        return XT_OK;
    }
    object = json_object();
    json_object_set_new(object, "type", xt_json_text(type));
    size_t comma = 0;

    while (comma < entry.n && entry.s[comma] != ',' && entry.s[comma] != '=')
        comma++;
    if (comma == entry.n || entry.s[comma] == ',') { /* some entries have no key */
        json_object_set_new(object, "key", xt_json_text(xt_str_trim((struct xt_str){entry.s, comma})));
        scan.at = comma < entry.n ? comma + 1 : entry.n;
    }
    for (skip_blanks(&scan); scan.at < scan.n; skip_blanks(&scan)) {
        struct xt_str name = take_name(&scan);

        if (name.n == 0 && take(&scan, ','))
            continue;
        if (name.n == 0 || !take(&scan, '=') || !take_value(reader, &scan) || fields++ > FIELDS_MAX) {
            json_decref(object);
            if (scan.too_long)
                return too_long(reader, err);
            XT_AUTO(xt_free_ptr) char *at = xt_strndup(name.s, xt_utf8_clip(name.s, name.n, 60));

            return wrong(name.n > 0 ? at : scan.fault ? scan.fault : ",", err);
        }
        add_field(reader, object, name);
    }
    *out = object;
    return XT_OK;
}

/* ---- the reader ---- */

static enum xt_code more_text(struct bibtex *reader, struct xt_error *err)
{
    enum xt_code rc = xt_window_fill(&reader->window, reader->at, err);

    reader->at = 0;
    return rc;
}

static void pass(struct bibtex *reader, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        reader->line += reader->window.s[reader->at + i] == '\n';
    reader->at += n;
}

/* "@word {" or "@word (" at s: *out_type, and the bytes up to behind the bracket; 0 for none. */
static size_t entry_head(const char *s, size_t n, struct xt_str *out_type)
{
    size_t i = 1, start;

    if (n < 3 || s[0] != '@')
        return 0;
    while (i < n && isspace((unsigned char)s[i]))
        i++;
    for (start = i; i < n && isalpha((unsigned char)s[i]);)
        i++;
    *out_type = (struct xt_str){s + start, i - start};
    while (i < n && isspace((unsigned char)s[i]))
        i++;
    return out_type->n > 0 && out_type->n < 40 && i < n && (s[i] == '{' || s[i] == '(') ? i + 1 : 0;
}

struct entry_scan {
    size_t at, depth;
    bool quoted, over, torn;
};

/* Looks for the end of the entry at s; false when more text is needed. */
static bool entry_over(struct entry_scan *scan, const char *s, size_t n, char close)
{
    for (; scan->at < n; scan->at++) {
        char c = s[scan->at];
        struct xt_str type;

        if (c == '\\') {
            if (scan->at + 1 == n)
                return false;
            scan->at++;
        } else if (c == '\n' && entry_head(s + scan->at + 1, n - scan->at - 1, &type) > 0) {
            scan->torn = true;
            return true;
        } else if (c == '{') {
            scan->depth++;
        } else if (scan->depth == 0 && c == close) {
            scan->over = true;
            return true;
        } else if (c == '}' && scan->depth > 0) {
            scan->depth--;
        }
    }
    return false;
}

/* Moves to the next "@type{"; *out_head its length, 0 at the end. */
static enum xt_code find_entry(struct bibtex *reader, size_t *out_head, struct xt_str *out_type, struct xt_error *err)
{
    struct xt_window *w = &reader->window;

    for (;;) {
        const char *at = w->n > reader->at ? memchr(w->s + reader->at, '@', w->n - reader->at) : NULL;
        size_t left;

        pass(reader, at ? (size_t)(at - w->s) - reader->at : w->n - reader->at);
        left = w->n - reader->at;
        if (at) {
            *out_head = entry_head(at, left, out_type);
            if (*out_head > 0)
                return XT_OK;
            if (left > 200 || w->ended) {
                pass(reader, 1);
                continue;
            }
        }
        *out_head = 0;
        if (w->ended)
            return XT_OK;
        enum xt_code rc = more_text(reader, err);

        if (rc != XT_OK)
            return rc;
    }
}

static struct xt_str mend(struct bibtex *reader, struct xt_str text)
{
    if (xt_ascii_clean(text.s, text.n) || xt_utf8_valid(text.s, text.n))
        return text;
    xt_text_clear(&reader->mended);
    reader->bad += xt_utf8_mend(text.s, text.n, &reader->mended);
    return xt_text_view(&reader->mended);
}

/* One entry of any kind. */
static enum xt_code next_entry(struct bibtex *reader, struct xt_object_row *row, bool *out_more, struct xt_error *err)
{
    struct xt_window *w = &reader->window;
    struct entry_scan scan = {0};
    struct xt_str type, text;
    size_t head, took;
    bool dropped = false;
    enum xt_code rc = find_entry(reader, &head, &type, err);

    *out_more = rc == XT_OK && head > 0;
    if (!*out_more)
        return rc;
    row->number = reader->line;
    char close = w->s[reader->at + head - 1] == '{' ? '}' : ')';

    scan.at = head;
    while (!entry_over(&scan, w->s + reader->at, w->n - reader->at, close) && !w->ended) {
        if ((int64_t)scan.at > reader->limits->line_bytes) { /* goes on looking for its end, but keeps nothing */
            dropped = true;
            pass(reader, scan.at);
            scan.at = 0;
        }
        rc = more_text(reader, err);
        if (rc != XT_OK)
            return rc;
    }
    took = scan.at + (scan.over ? 1 : 0);
    if (took > w->n - reader->at)
        took = w->n - reader->at;
    text = mend(reader, (struct xt_str){w->s + reader->at, took});
    if (dropped || (int64_t)took > reader->limits->line_bytes) {
        rc = too_long(reader, err);
    } else {
        head = entry_head(text.s, text.n, &type);
        row->raw = text;
        rc = scan.over && head > 0
                 ? parse_entry(reader, type, (struct xt_str){text.s + head, text.n - head - 1}, &reader->object, err)
                 : wrong("}", err);
    }
    pass(reader, took);
    return rc;
}

static enum xt_code read_next(struct xt_objects *objects, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct bibtex *reader = (struct bibtex *)objects;
    enum xt_code rc;

    json_decref(reader->object);
    reader->object = NULL;
    do {
        rc = next_entry(reader, row, out_more, err);
        row->bytes_done = reader->window.source->done;
    } while (rc == XT_OK && *out_more && !reader->object);
    row->object = reader->object;
    return rc;
}

static int64_t bad(const struct xt_objects *objects)
{
    const struct bibtex *reader = (const struct bibtex *)objects;

    return reader->bad + xt_window_bad(&reader->window);
}

static void close_reader(struct xt_objects *objects)
{
    struct bibtex *reader = (struct bibtex *)objects;
    size_t i;

    xt_window_done(&reader->window);
    for (i = 0; i < reader->macro_count; i++) {
        free(reader->macros[i].name);
        free(reader->macros[i].value);
    }
    free(reader->macros);
    xt_text_done(&reader->mended);
    xt_text_done(&reader->value);
    xt_text_done(&reader->plain);
    json_decref(reader->object);
    free(reader);
}

static const struct xt_objects_ops OPS = {read_next, bad, close_reader};

enum xt_code xt_bibtex_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                            struct xt_objects **out, struct xt_error *err)
{
    struct bibtex *reader = xt_calloc(1, sizeof *reader);
    size_t most = (size_t)input->limits->line_bytes;
    enum xt_code rc;

    (void)format;
    reader->base.ops = &OPS;
    reader->limits = input->limits;
    reader->line = 1;
    xt_text_init(&reader->mended, 4 * most);
    xt_text_init(&reader->value, most);
    xt_text_init(&reader->plain, 4 * most);
    rc = xt_window_open(&reader->window, input->source, input->charset, input->bom, err);
    if (rc != XT_OK)
        close_reader(&reader->base);
    else
        *out = &reader->base;
    return rc;
}

int xt_bibtex_look(struct xt_str text)
{
    struct xt_str line, type;
    size_t lines = 0;

    while (text.n > 0 && lines++ < 200) {
        struct xt_str rest = text;

        line = xt_str_trim(xt_line_of(&text));
        if (line.n == 0 || *line.s == '%')
            continue;
        rest.n -= (size_t)(line.s - rest.s);
        rest.s = line.s;
        return entry_head(rest.s, rest.n, &type) > 0 ? 95 : 0;
    }
    return 0;
}
